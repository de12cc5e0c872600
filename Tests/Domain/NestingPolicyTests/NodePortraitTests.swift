import NestingModel
import NestingPolicy
import Testing

@Suite("A policy of what a node has")
struct NodePortraitTests {
    private func portrait(
        _ guest: GuestReport, state: HostState = .ok, inside: HostView? = nil
    ) -> NodePortrait {
        let parent = Sample.host("r", uuid: 1, state: state, guests: [guest])
        let node = TreeNode(path: Sample.path("r").guest(named: guest.name), guest: guest, host: inside)
        return NodePortrait(of: node, parent: parent)
    }

    @Test("asks for just that, of that node alone, and only reports")
    func guest() {
        let guest = Sample.guest("a b", uuid: 2) { $0.interfaces = .known([Sample.nic("m", spoofing: .known(true))]) }
        let portrait = portrait(guest)
        #expect(portrait.gaps == [])
        #expect(portrait.policy.name == "as-r-a-b")
        #expect(portrait.policy.mode == .audit)
        #expect(portrait.policy.selector == PolicySelector(paths: ["r/a b"]))
        #expect(
            portrait.policy.desired
                == DesiredSettings(
                    exposure: true, startupMemory: 4 << 30, dynamicMemory: false, maximumVCPUs: 2, macSpoofing: true,
                    savedState: false, snapshots: false, autostart: false))
    }

    @Test("leaves out what can't be told or can't be wanted, and says so")
    func gaps() {
        let guest = Sample.guest("a", uuid: 2) {
            $0.exposure.configured = .unknown("no XML")
            $0.savedState = .known(true)
            $0.snapshots = .known(2)
            $0.interfaces = .known([
                Sample.nic("m", spoofing: .known(true)), Sample.nic("n", spoofing: .known(false)),
            ])
        }
        let portrait = portrait(guest)
        #expect(portrait.policy.desired.exposure == nil)
        #expect(portrait.policy.desired.macSpoofing == nil)
        #expect(portrait.policy.desired.savedState == nil)
        #expect(
            portrait.gaps == [
                "exposure: no XML", "mac-spoofing: its interfaces differ, or can't be told",
                "saved-state: one is there, and a policy can only want none",
                "snapshots: it has 2, and a policy can only want none",
            ])
    }

    @Test("knows a guest by its uuid where its name would be a pattern")
    func pattern() {
        #expect(portrait(Sample.guest("a*", uuid: 2)).policy.selector == PolicySelector(uuids: [Sample.uuid(2)]))
    }

    @Test("is of a host's own module, too, and of nothing that was not read")
    func hosts() {
        let root = Sample.host("r", uuid: 1) { $0.hypervisor.nestedConfigured = .known(true) }
        let host = NodePortrait(of: TreeNode(path: Sample.path("r"), host: root), parent: nil)
        #expect(host.policy.desired == DesiredSettings(hostNesting: true))
        let dark = portrait(Sample.guest("a", uuid: 2), state: .silent)
        #expect(dark.policy.desired.isEmpty)
        #expect(dark.gaps == ["its host was not read"])
    }
}
