/// A point in a host's time that survives a restart of the agent, and shows a restart of the host.
package struct BootInstant: Codable, Sendable, Hashable {
    /// The kernel's boot id.
    package var bootID: String
    /// Seconds since that boot, suspended time included (CLOCK_BOOTTIME).
    package var seconds: Double

    package init(bootID: String, seconds: Double) {
        self.bootID = bootID
        self.seconds = seconds
    }

    /// Seconds since `earlier`; after a reboot, the seconds since the boot: nobody knows how long the host was off.
    package func elapsed(since earlier: BootInstant) -> Double {
        bootID == earlier.bootID ? max(0, seconds - earlier.seconds) : seconds
    }
}

/// A duration that runs from a point in a host's time, and anew from the boot after a reboot.
package struct BootDeadline: Codable, Sendable, Hashable {
    package var start: BootInstant
    package var seconds: Double

    package init(start: BootInstant, seconds: Double) {
        self.start = start
        self.seconds = seconds
    }

    package func isOver(at now: BootInstant) -> Bool { remaining(at: now) <= 0 }

    /// Seconds that are left; not below zero.
    package func remaining(at now: BootInstant) -> Double { max(0, seconds - now.elapsed(since: start)) }
}

/// Tells the host's time. Only boot ids and boot-time clocks are ever compared: the calendar may jump.
package protocol BootClock {
    func now() -> BootInstant
}
