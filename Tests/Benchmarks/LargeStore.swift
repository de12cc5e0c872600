import FleetStore
import Foundation
import NestingModel
import SQLiteStore

/// A store with a fleet in it as a sweep and an evaluation would have left it, written without either.
struct LargeStore {
    let hosts: Int
    let guests: Int
    /// Each guest whose number this divides has an open finding.
    let drifting = 10

    /// - Parameters:
    ///   - path: of a file that is not there yet.
    ///   - port: at which all hosts are, on this machine.
    func write(to path: String, port: Int) async throws {
        let store = try SQLiteStore(path: path, now: { SyntheticFleet.now })
        for start in stride(from: 0, to: hosts, by: 250) {
            let numbers = start..<min(start + 250, hosts)
            try await store.record { [self] (work) throws(StoreFailure) in
                for number in numbers {
                    var view = SyntheticFleet.host(number, guests: guests, drifting: drifting)
                    (view.host.address, view.host.port) = ("127.0.0.1", port)
                    try work.put(host: view.host)
                    try work.put(health: view.health, of: view.host.path)
                    if let report = view.report { try work.put(report: report, of: view.host.path) }
                    try work.put(findings: findings(of: view.host))
                }
            }
        }
        try await store.record { (work) throws(StoreFailure) in
            try work.put(policies: PolicySet(revision: 1, policies: SyntheticFleet.policies(20)))
        }
        await store.close()
    }

    func findings(of host: FleetHost) -> [Finding] {
        stride(from: drifting, through: guests, by: drifting).map { number in
            let path = host.path.guest(named: "build-\(host.path.name.dropFirst(4))-\(number)")
            return Finding(
                kind: .drift, path: path, uuid: "00000000-0000-4000-8000-000000000000", setting: .exposure,
                desired: "exposed", observed: "hidden", severity: .medium, policy: "p0", mode: .propose,
                sentence: "exposure of \(path) is hidden, and policy 'p0' wants exposed",
                remedy: "nestor remediate, or by hand: require the feature vmx or svm in the definition of "
                    + "\(path.name), shut it down and start it",
                correctable: true, firstSeen: SyntheticFleet.now, lastSeen: SyntheticFleet.now)
        }
    }
}
