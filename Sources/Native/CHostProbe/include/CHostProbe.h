#pragma once
// The system calls that describe a host: reading files that never leave a root and never block, and the few live
// probes; and the one that leaves it its memory. Nothing here keeps a descriptor open.

#include <stddef.h>
#include <stdint.h>

/// How a look into the tree ended.
enum nestor_outcome {
    NESTOR_OK = 0,
    NESTOR_MISSING,
    NESTOR_DENIED,
    /// Too many symbolic links, or a path too long or too deep.
    NESTOR_LOOP,
    NESTOR_IS_DIRECTORY,
    NESTOR_NOT_DIRECTORY,
    /// A device, a pipe or a socket where a file was expected.
    NESTOR_SPECIAL,
    NESTOR_TOO_LARGE,
    NESTOR_FAILED,
};

enum nestor_kind { NESTOR_FILE = 0, NESTOR_DIRECTORY, NESTOR_CHARACTER_DEVICE, NESTOR_OTHER };

struct nestor_entry {
    enum nestor_kind kind;
    /// Permission bits.
    uint32_t mode;
    uint32_t owner;
    uint32_t group;
};

/// Reads a regular file of at most `limit` bytes. Symbolic links resolve inside `root`, ".." stops at it.
/// On NESTOR_OK `*bytes` (never null) is the caller's to free with nestor_free.
enum nestor_outcome nestor_read(const char *root, const char *path, size_t limit, uint8_t **bytes, size_t *count);

/// The names in a folder, each ended by a NUL, at most `limit` bytes of them; to be freed like a file's bytes.
enum nestor_outcome nestor_list(const char *root, const char *path, size_t limit, uint8_t **bytes, size_t *count);

/// What is at a path, links followed inside `root`.
enum nestor_outcome nestor_look(const char *root, const char *path, struct nestor_entry *entry);

void nestor_free(uint8_t *bytes);

/// What /dev/kvm answered.
struct nestor_kvm {
    /// 0, or the error number of opening it.
    int open_error;
    /// KVM_GET_API_VERSION; 12 is the only one there is.
    int api_version;
    /// 0 where a machine could be created (and was destroyed at once), else the error number.
    int create_error;
    /// The nesting capability of this architecture (KVM_CAP_ARM_EL2, KVM_CAP_PPC_NESTED_HV); -1 where it has none.
    int nesting_capability;
};

void nestor_probe_kvm(const char *path, struct nestor_kvm *answer);

/// EAX, EBX, ECX, EDX of a CPUID leaf. Returns 0 on a processor without CPUID.
int nestor_cpuid(uint32_t leaf, uint32_t registers[4]);

/// uname's machine and release, each cut to `size`. Returns 0 on failure.
int nestor_uname(char *machine, char *release, size_t size);

/// The C library's text for an error number.
void nestor_error_text(int number, char *text, size_t size);

/// Gives the pages that hold nothing any more back to the kernel, those between live ones too.
void nestor_give_back_memory(void);
