import CHostProbe

/// What this process holds of its host's memory.
package enum ProcessMemory {
    /// Gives back what the C library keeps for later: some megabytes after a report of 100 guests, in an agent that
    /// waits for a minute until the next one. Takes well under a millisecond.
    package static func giveBack() { nestor_give_back_memory() }
}
