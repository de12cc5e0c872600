#define _GNU_SOURCE
#include "CHostProbe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

// The capability numbers are the kernel's interface; the headers of a build machine may be older than they are.
enum { CAP_PPC_NESTED_HV = 160, CAP_ARM_VM_IPA_SIZE = 165, CAP_ARM_EL2 = 240, DEFAULT_IPA_BITS = 40 };

void nestor_probe_kvm(const char *path, struct nestor_kvm *answer) {
    struct stat node;
    *answer = (struct nestor_kvm){.open_error = 0, .api_version = -1, .create_error = ENOSYS, .nesting_capability = -1};
    if (stat(path, &node) != 0) {
        answer->open_error = errno;
        return;
    }
    if (!S_ISCHR(node.st_mode)) {
        answer->open_error = ENODEV;
        return;
    }
    int device = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (device < 0) {
        answer->open_error = errno;
        return;
    }
    answer->api_version = ioctl(device, KVM_GET_API_VERSION, 0);
    if (answer->api_version == KVM_API_VERSION) {
        unsigned long type = 0;
#if defined(__aarch64__)
        // Type 0 asks for 40 bits of guest address, which small hosts don't have.
        int bits = ioctl(device, KVM_CHECK_EXTENSION, CAP_ARM_VM_IPA_SIZE);
        if (bits > 0 && bits < DEFAULT_IPA_BITS) type = (unsigned long)bits;
        answer->nesting_capability = ioctl(device, KVM_CHECK_EXTENSION, CAP_ARM_EL2);
#elif defined(__powerpc64__)
        answer->nesting_capability = ioctl(device, KVM_CHECK_EXTENSION, CAP_PPC_NESTED_HV);
#endif
        int machine;
        do machine = ioctl(device, KVM_CREATE_VM, type);
        while (machine < 0 && errno == EINTR);
        answer->create_error = machine < 0 ? errno : 0;
        if (machine >= 0) close(machine);
    }
    close(device);
}

int nestor_cpuid(uint32_t leaf, uint32_t registers[4]) {
#if defined(__x86_64__) || defined(__i386__)
    __cpuid_count(leaf, 0, registers[0], registers[1], registers[2], registers[3]);
    return 1;
#else
    (void)leaf;
    (void)registers;
    return 0;
#endif
}

int nestor_uname(char *machine, char *release, size_t size) {
    struct utsname names;
    if (uname(&names) != 0) return 0;
    snprintf(machine, size, "%s", names.machine);
    snprintf(release, size, "%s", names.release);
    return 1;
}

void nestor_error_text(int number, char *text, size_t size) {
    char scratch[256];
    snprintf(text, size, "%s", strerror_r(number, scratch, sizeof scratch));
}

void nestor_give_back_memory(void) { malloc_trim(0); }
