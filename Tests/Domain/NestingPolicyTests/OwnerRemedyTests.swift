import NestingModel
import NestingPolicy
import Testing

@Suite struct OwnerRemedyTests {
    @Test("A guest that another manager owns is told with the place where the setting must be made")
    func owned() throws {
        let places: [(OwningManager, String)] = [
            (.openstack, "nova.conf"), (.ovirt, "Pass-Through Host CPU"), (.kubevirt, "spec.domain.cpu.features"),
            (.cloudstack, "agent.properties"), (.proxmox, "qm set VMID --cpu"), (.opennebula, "CPU_MODEL"),
            (.incus, "incus config set a"), (.unknown, "set it there"),
        ]
        for (manager, place) in places {
            let guest = Sample.guest("a", uuid: 2, exposed: false) {
                $0.owner = .known(GuestOwner(manager: manager, evidence: "e"))
            }
            let policies = [
                Sample.policy("p", DesiredSettings(exposure: true, startupMemory: 8 << 30, maximumVCPUs: 4))
            ]
            let found = PolicyEngine(policies).evaluate(
                NestingTree.join([Sample.host("r", uuid: 1, guests: [guest])]), now: Sample.now)
            #expect(found.filter { $0.kind == .drift }.count == 3)
            let exposure = try #require(found.first { $0.setting == .exposure })
            #expect(exposure.remedy.contains(place), "\(exposure.remedy)")
            for finding in found where finding.kind == .drift {
                #expect(finding.remedy.hasPrefix("a belongs to "), "\(finding.remedy)")
                #expect(!finding.remedy.contains("nestor remediate"))
            }
        }
    }

    @Test("A remedy offers what Nestor does where it would do it, and says what it lacks under audit")
    func offered() throws {
        let guests = [
            Sample.guest("a", uuid: 2, exposed: false),
            Sample.guest("b", uuid: 3, exposed: false) { $0.exposure.configured = .known(true) },
        ]
        func remedies(_ mode: PolicyMode) -> [String] {
            let policy = Policy(
                name: "p", selector: PolicySelector(all: true),
                desired: DesiredSettings(exposure: true, savedState: false), mode: mode)
            return PolicyEngine([policy]).evaluate(
                NestingTree.join([Sample.host("r", uuid: 1, guests: guests)]), now: Sample.now
            ).map(\.remedy)
        }
        for mode in [PolicyMode.propose, .enforce] {
            let found = remedies(mode)
            #expect(found.first?.hasPrefix("nestor remediate, or by hand: require the feature") == true, "\(found)")
            #expect(found.last == "nestor remediate, or by hand: restart b")
        }
        let found = remedies(.audit)
        #expect(found.count == 2)
        for remedy in found {
            #expect(remedy.hasPrefix("by hand: "), "\(remedy)")
            #expect(remedy.hasSuffix("; or give policy 'p' the mode propose here, then nestor remediate"), "\(remedy)")
        }
    }
}
