import Glibc

/// The kernel's own boot id and CLOCK_BOOTTIME.
package struct KernelClock: BootClock {
    private let bootID: String

    package init() {
        let text = (try? DurableFile.read("/proc/sys/kernel/random/boot_id", limit: 64)) ?? []
        bootID = String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    package func now() -> BootInstant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return BootInstant(bootID: bootID, seconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }
}
