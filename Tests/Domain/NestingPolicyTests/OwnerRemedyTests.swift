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
}
