use super::{GuestMemory, check_alloc, check_request};
use udf_columnar::ErrorKind::{InvalidResult, MemoryLimitExceeded};

#[test]
fn requests_in_json_need_no_alignment_and_must_lie_inside() {
    assert!(check_request(3, 61, 64).is_ok());
    assert_eq!(check_request(3, 62, 64).unwrap_err().kind(), InvalidResult);
    assert_eq!(check_request(0, 1, 64).unwrap_err().kind(), MemoryLimitExceeded);
    assert!(check_alloc(16, 48, 64).is_ok());
    assert_eq!(check_alloc(3, 1, 64).unwrap_err().kind(), InvalidResult);
}

#[test]
fn a_log_without_bytes_is_none_whatever_it_left_out() {
    let log = |len: u32, more: u32| {
        let memory = [[0; 4], len.to_le_bytes(), more.to_le_bytes(), *b"text"].concat();
        GuestMemory::new(&memory).log(4)
    };
    assert!(log(0, 7).is_none());
    assert!(log(4, 0).is_some());
    assert!(log(5, 0).is_none());
}
