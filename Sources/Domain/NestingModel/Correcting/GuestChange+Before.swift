extension GuestChange {
    package var setsMemory: Bool { startupMemory != nil || dynamicMemory != nil }

    /// What a guest has now of the settings that this sets; what can't be told is left out.
    package func before(in guest: GuestReport) -> GuestChange {
        GuestChange(
            exposure: exposure == nil ? nil : guest.exposure.configured.value,
            startupMemory: setsMemory ? guest.memory.startup.value : nil,
            maximumMemory: setsMemory ? guest.memory.maximum.value : nil,
            maximumVCPUs: maximumVCPUs == nil ? nil : guest.vcpus.maximum.value,
            dynamicMemory: dynamicMemory == nil ? nil : guest.memory.dynamic.value)
    }
}
