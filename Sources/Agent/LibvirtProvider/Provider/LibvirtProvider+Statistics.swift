import AgentCore
import NestingModel

extension LibvirtProvider {
    /// How often inner guests were entered. Asked last and with a short deadline: the answer comes from each guest's
    /// QEMU, and one that hangs must not take the report with it.
    func addNestedRuns(to reports: inout [GuestReport]) {
        guard reports.contains(where: { $0.run.value != nil && $0.engine.value == .kvm }) else { return }
        let runs: Fact<[[UInt8]: Int64]>
        do throws(LibvirtLink.Unreachable) {
            let limit = min(link.patience.reading, .seconds(3))
            runs = LibvirtProvider.nestedRuns(try link.ask([.virtualCPUStatistics()], within: limit)[0])
        } catch {
            runs = .unknown(ProviderFailure(error).description)
        }
        for index in reports.indices where reports[index].run.value != nil && reports[index].engine.value == .kvm {
            let count: Fact<Int64> =
                switch runs {
                case .known(let counts):
                    RemoteDomain.uuidBytes(reports[index].uuid).flatMap { counts[$0] }.map { .known($0) }
                        ?? .unknown("this QEMU or libvirt does not count nested_run (QEMU 7.1 and later do)")
                case .absent: .absent
                case .unknown(let reason): .unknown(reason)
                }
            reports[index].exposure.nestedRuns = count
            reports[index].exposure.inUse = count.map { $0 > 0 }
        }
    }

    /// The sums over each guest's vCPUs, by UUID; guests that tell nothing are left out.
    static func nestedRuns(_ answer: RemoteAnswer) -> Fact<[[UInt8]: Int64]> {
        switch answer {
        case .refused(let error): return .unknown("\(error)")
        case .fine(var reader):
            do throws(XDRFault) {
                var sums: [[UInt8]: Int64] = [:]
                for _ in 0..<(try reader.count(elementSize: 28)) {
                    let domain = try RemoteDomain(reading: &reader)
                    for _ in 0..<(try reader.count(elementSize: 12)) {
                        let parameter = try TypedParameter(reading: &reader)
                        guard parameter.isNestedRuns, let number = parameter.number, number >= 0 else { continue }
                        let (sum, overflow) = sums[domain.uuid, default: 0].addingReportingOverflow(number)
                        sums[domain.uuid] = overflow ? .max : sum
                    }
                }
                return .known(sums)
            } catch {
                return .unknown("libvirt's statistics: the answer \(error)")
            }
        }
    }
}
