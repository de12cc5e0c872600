import NestingModel

// What the naive references go by, written apart from the engine.

/// What a policy asks of a setting, as a number; nil where nothing.
func wish(_ policy: Policy, _ setting: Setting) -> Int? {
    setting == .exposure ? policy.desired.exposure.map { $0 ? 1 : 0 } : policy.desired.maximumVCPUs
}

/// - Returns: nil where the guest has what is wished.
func verdict(_ guest: GuestReport, _ setting: Setting, _ wish: Int) -> FindingKind? {
    if setting == .maximumVCPUs {
        guard let count = guest.vcpus.maximum.value else { return .unreadable }
        return count < wish ? .drift : nil
    }
    let (configured, live) = (guest.exposure.configured, guest.exposure.live)
    if configured.isUnknown { return .unreadable }
    if let configured = configured.value {
        if configured != (wish == 1) { return .drift }
        if live.isUnknown { return .unreadable }
        return live.value.map { $0 == (wish == 1) } ?? true ? nil : .restartNeeded
    }
    guard let live = live.value else { return .unreadable }
    return live == (wish == 1) ? nil : .drift
}
