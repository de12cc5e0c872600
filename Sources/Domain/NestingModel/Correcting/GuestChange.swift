/// What a correction sets on one guest; a field that is nil stays as it is.
package struct GuestChange: Codable, Sendable, Hashable {
    /// Whether the virtual CPU offers virtualization extensions.
    package var exposure: Bool?
    /// In bytes; raises the maximum with it where that is lower.
    package var startupMemory: Int64?
    /// In bytes, beside `startupMemory` only: the maximum exactly, to give a guest back what it had.
    package var maximumMemory: Int64?
    package var maximumVCPUs: Int?
    /// False makes the memory fixed at the larger of startup memory (this change's, or the present one). Only false
    /// can be set so far.
    package var dynamicMemory: Bool?

    package init(
        exposure: Bool? = nil, startupMemory: Int64? = nil, maximumMemory: Int64? = nil, maximumVCPUs: Int? = nil,
        dynamicMemory: Bool? = nil
    ) {
        self.exposure = exposure
        self.startupMemory = startupMemory
        self.maximumMemory = maximumMemory
        self.maximumVCPUs = maximumVCPUs
        self.dynamicMemory = dynamicMemory
    }

    package var isEmpty: Bool { self == GuestChange() }
}

/// What a policy allows a correction to do beyond the ordinary. Nothing, unless it says so.
package struct CorrectionConsent: Codable, Sendable, Hashable {
    /// Remove a saved state or managed save, which holds the old CPU.
    package var dropSavedState: Bool
    /// Cut the power when the guest does not shut down by its deadline.
    package var cutPower: Bool
    /// Managers whose guests may be corrected all the same.
    package var owners: [OwningManager]

    package init(dropSavedState: Bool = false, cutPower: Bool = false, owners: [OwningManager] = []) {
        self.dropSavedState = dropSavedState
        self.cutPower = cutPower
        self.owners = owners
    }

    /// Whether it allows all that another one does.
    package func covers(_ other: CorrectionConsent) -> Bool {
        (dropSavedState || !other.dropSavedState) && (cutPower || !other.cutPower)
            && Set(other.owners).isSubset(of: owners)
    }
}
