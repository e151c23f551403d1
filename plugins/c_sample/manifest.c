/* The manifest, as the custom section that hosts read. Module-level assembly writes it: clang's
 * section attribute would write data. */
__asm__(".section .custom_section.formualizer.udf.manifest.v1,\"\",@\n"
        ".incbin \"manifest.json\"\n");
