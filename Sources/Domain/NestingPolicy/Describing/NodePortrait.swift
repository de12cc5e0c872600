package import NestingModel

/// What a live guest or host has, as a policy that asks for just that.
package struct NodePortrait: Sendable, Hashable {
    /// In mode audit, about this one node.
    package var policy: Policy
    /// What it says nothing of, and why.
    package var gaps: [String]

    /// - Parameters:
    ///   - node: as the stored reports have it.
    ///   - parent: the host that reports it as a guest; nil for a physical host.
    package init(of node: TreeNode, parent: HostView?) {
        var portrait = Draft()
        if let guest = node.guest {
            if parent?.isCurrent == true { portrait.take(guest) } else { portrait.gaps.append("its host was not read") }
        }
        if let view = node.host {
            if let hypervisor = view.report?.hypervisor, view.isCurrent {
                portrait.take(hypervisor)
            } else {
                portrait.gaps.append("host-nesting: its own agent was not read")
            }
        }
        policy = Policy(
            name: "as-" + node.path.plainName, selector: PolicySelector(aboutOnly: node), desired: portrait.desired,
            mode: .audit)
        gaps = portrait.gaps
    }
}

/// The wishes as they are gathered.
private struct Draft {
    var desired = DesiredSettings()
    var gaps: [String] = []

    mutating func take(_ guest: GuestReport) {
        desired.exposure = known(.exposure, guest.exposure.configured)
        if let live = guest.exposure.live.value, let configured = desired.exposure, live != configured {
            gaps.append(
                "exposure: it is \(Setting.exposed(live)) until its next start, and \(Setting.exposed(configured)) then"
            )
        }
        desired.startupMemory = known(.startupMemory, guest.memory.startup)
        desired.dynamicMemory = known(.dynamicMemory, guest.memory.dynamic)
        desired.maximumVCPUs = known(.maximumVCPUs, guest.vcpus.maximum)
        take(guest.interfaces)
        if guest.state == .saved || guest.savedState.value == true {
            gaps.append("saved-state: one is there, and a policy can only want none")
        } else if known(.savedState, guest.savedState) == false {
            desired.savedState = false
        }
        if let count = known(.snapshots, guest.snapshots) {
            if count == 0 {
                desired.snapshots = false
            } else {
                gaps.append("snapshots: it has \(count), and a policy can only want none")
            }
        }
        desired.autostart = known(.autostart, guest.autostart)
    }

    private mutating func take(_ interfaces: Fact<[InterfaceFacts]>) {
        guard let all = known(.macSpoofing, interfaces), !all.isEmpty else { return }
        let values = Set(all.map(\.macSpoofing.value))
        guard values.count == 1, let value = values.first, let value else {
            gaps.append("mac-spoofing: its interfaces differ, or can't be told")
            return
        }
        desired.macSpoofing = value
    }

    mutating func take(_ hypervisor: HypervisorFacts) {
        guard let configured = known(.hostNesting, hypervisor.nestedConfigured),
            let loaded = known(.hostNesting, hypervisor.nestedLoaded)
        else { return }
        if configured == loaded {
            desired.hostNesting = configured
        } else {
            gaps.append("host-nesting: configured and loaded differ")
        }
    }

    private mutating func known<Value>(_ setting: Setting, _ fact: Fact<Value>) -> Value? {
        if let reason = fact.reason { gaps.append("\(setting): \(reason)") }
        return fact.value
    }
}
