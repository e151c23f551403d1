;; SCALE and MEAN_OF in WebAssembly's own text format. Offsets of fields are those of docs/abi.md.
(module
  (memory (export "memory") 1)

  (func (export "fz_abi_version") (result i32) (i32.const 1))

  ;; Blocks stand one behind the other; what was given out last is taken back.
  (global $top (mut i32) (i32.const 1024))

  (func (export "fz_alloc") (param $len i32) (result i32)
    (local $ptr i32) (local $end i64) (local $pages i64)
    (local.set $ptr (global.get $top))
    (local.set $end
      (i64.and
        (i64.add (i64.extend_i32_u (local.get $ptr)) (i64.add (i64.extend_i32_u (local.get $len)) (i64.const 15)))
        (i64.const -16)))
    (if (i64.gt_u (local.get $end) (i64.const 0xffff0000)) (then (return (i32.const 0))))
    (local.set $pages
      (i64.sub
        (i64.shr_u (i64.add (local.get $end) (i64.const 65535)) (i64.const 16))
        (i64.extend_i32_u (memory.size))))
    (if (i64.gt_s (local.get $pages) (i64.const 0))
      (then
        (if (i32.eq (memory.grow (i32.wrap_i64 (local.get $pages))) (i32.const -1))
          (then (return (i32.const 0))))))
    (global.set $top (i32.wrap_i64 (local.get $end)))
    (local.get $ptr))

  (func (export "fz_free") (param $ptr i32) (param $len i32)
    (if (i32.eq
          (i32.and (i32.add (i32.add (local.get $ptr) (local.get $len)) (i32.const 15)) (i32.const -16))
          (global.get $top))
      (then (global.set $top (local.get $ptr)))))

  ;; The FzArg at an index, 0 where the argument is left out: there as kind 0, or not there.
  (func $arg (param $call i32) (param $index i32) (result i32)
    (local $arg i32)
    (if (i32.ge_u (local.get $index) (i32.load offset=28 (local.get $call)))
      (then (return (i32.const 0))))
    (local.set $arg
      (i32.add
        (i32.load offset=24 (local.get $call))
        (i32.mul (local.get $index) (i32.load offset=32 (local.get $call)))))
    (if (result i32) (i32.load (local.get $arg)) (then (local.get $arg)) (else (i32.const 0))))

  ;; Column number `index` of an argument.
  (func $column (param $call i32) (param $arg i32) (param $index i32) (result i32)
    (i32.add
      (i32.load offset=36 (local.get $call))
      (i32.mul
        (i32.add (i32.load offset=4 (local.get $arg)) (local.get $index))
        (i32.load offset=44 (local.get $call)))))

  (func $is_valid (param $column i32) (param $row i32) (result i32)
    (if (i32.eqz (i32.load offset=8 (local.get $column))) (then (return (i32.const 1))))
    (i32.and
      (i32.shr_u
        (i32.load8_u
          (i32.add (i32.load offset=16 (local.get $column)) (i32.shr_u (local.get $row) (i32.const 3))))
        (i32.and (local.get $row) (i32.const 7)))
      (i32.const 1)))

  (func $number (param $column i32) (param $row i32) (result f64)
    (f64.load
      (i32.add (i32.load offset=20 (local.get $column)) (i32.shl (local.get $row) (i32.const 3)))))

  ;; ptr | 64 << 32: the result header that the host has prepared.
  (func $done (param $call i32) (result i64)
    (i64.or
      (i64.extend_i32_u (i32.load offset=48 (local.get $call)))
      (i64.const 0x4000000000)))

  ;; The one column that the host has prepared.
  (func $output (param $call i32) (result i32)
    (i32.load offset=12 (i32.load offset=48 (local.get $call))))

  ;; A scalar's one row stands for all rows: its row number is multiplied by 0.
  (func $step (param $arg i32) (result i32)
    (i32.ne (i32.load (local.get $arg)) (i32.const 1)))

  (func (export "fz_fn_scale") (param $call i32) (param $len i32) (result i64)
    (local $x i32) (local $xs i32) (local $factor i32) (local $factors i32)
    (local $row i32) (local $at i32) (local $by f64) (local $out i32)
    (local.set $x (call $arg (local.get $call) (i32.const 0)))
    (local.set $xs (call $column (local.get $call) (local.get $x) (i32.const 0)))
    (local.set $factor (call $arg (local.get $call) (i32.const 1)))
    (if (local.get $factor)
      (then (local.set $factors (call $column (local.get $call) (local.get $factor) (i32.const 0)))))
    (local.set $out (i32.load offset=20 (call $output (local.get $call))))
    (block $end
      (loop $rows
        (br_if $end (i32.ge_u (local.get $row) (i32.load offset=12 (local.get $call))))
        (local.set $by (f64.const 2))
        (if (local.get $factor)
          (then
            (local.set $at (i32.mul (local.get $row) (call $step (local.get $factor))))
            (if (call $is_valid (local.get $factors) (local.get $at))
              (then (local.set $by (call $number (local.get $factors) (local.get $at)))))))
        (f64.store
          (i32.add (local.get $out) (i32.shl (local.get $row) (i32.const 3)))
          (f64.mul
            (call $number (local.get $xs) (i32.mul (local.get $row) (call $step (local.get $x))))
            (local.get $by)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $rows)))
    (call $done (local.get $call)))

  (func (export "fz_fn_mean_of") (param $call i32) (param $len i32) (result i64)
    (local $arg i32) (local $index i32) (local $column i32) (local $row i32)
    (local $sum f64) (local $count f64) (local $out i32)
    (local.set $arg (call $arg (local.get $call) (i32.const 0)))
    (block $columns_end
      (loop $columns
        (br_if $columns_end (i32.ge_u (local.get $index) (i32.load offset=8 (local.get $arg))))
        (local.set $column (call $column (local.get $call) (local.get $arg) (local.get $index)))
        (local.set $row (i32.const 0))
        (block $rows_end
          (loop $rows
            (br_if $rows_end (i32.ge_u (local.get $row) (i32.load offset=12 (local.get $arg))))
            (if (call $is_valid (local.get $column) (local.get $row))
              (then
                (local.set $sum
                  (f64.add (local.get $sum) (call $number (local.get $column) (local.get $row))))
                (local.set $count (f64.add (local.get $count) (f64.const 1)))))
            (local.set $row (i32.add (local.get $row) (i32.const 1)))
            (br $rows)))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br $columns)))
    (local.set $out (call $output (local.get $call)))
    (if (f64.eq (local.get $count) (f64.const 0))
      (then
        ;; Number 2 is #DIV/0!.
        (i32.store8 (i32.load offset=36 (local.get $out)) (i32.const 2))
        (i32.store offset=12 (local.get $out) (i32.const 1))
        (f64.store (i32.load offset=20 (local.get $out)) (f64.const 0)))
      (else
        (f64.store (i32.load offset=20 (local.get $out)) (f64.div (local.get $sum) (local.get $count)))))
    (call $done (local.get $call))))
