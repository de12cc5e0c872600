import AgentDelivery
package import ControllerAPI
import FleetStore
import NestingModel
import Synchronization

extension FleetController {
    /// Pushes the controller's agent where another one lies, with the operator's key; one host after the other.
    package func upgrade(_ request: UpgradeRequest, by requester: Requester) async throws(APIError) -> [UpgradeRow] {
        let all = try await views().map(\.host)
        for path in request.paths where !all.contains(where: { $0.path == path }) { throw unknownHost(path) }
        var rows: [UpgradeRow] = []
        for host in all where request.paths.isEmpty || request.paths.contains(host.path) {
            do throws(APIError) {
                rows.append(try await upgrade(host, request, by: requester))
            } catch {
                rows.append(
                    UpgradeRow(path: host.path, before: host.agent.version, after: host.agent.version, error: error))
            }
        }
        try await evaluate()
        progress.send(operation: request.operation, "done", last: true)
        return rows
    }

    private func upgrade(
        _ host: FleetHost, _ request: UpgradeRequest, by requester: Requester
    ) async throws(APIError) -> UpgradeRow {
        let report: @Sendable (String) -> Void = { [progress] sentence in
            progress.send(operation: request.operation, path: host.path, sentence)
        }
        let route = try await operatorRoute(to: host, key: request.operatorKey)
        let (controllerID, epoch, agents) = (controllerID, epoch, environment.agents)
        let package = try await withSession(route) { (session) throws(DeliveryFailure) in
            let installer = AgentInstaller(session: session, progress: report)
            let survey = try await installer.survey()
            let package = try agents.package(for: survey.platform)
            try await installer.push(package, to: host.agent)
            try await installer.introduce(controller: controllerID, epoch: epoch, to: host.agent)
            return package
        }
        try await authorize(host.path, key: request.operatorKey)
        var upgraded = host
        upgraded.agent.sha256 = package.sha256
        upgraded.agent.version = package.version
        let stored = upgraded
        try await change(requester, "agent.upgrade", host.path.description, detail: "sha256 \(package.sha256)") {
            (work) throws(StoreFailure) in try work.put(host: stored)
        }
        await readAndStore(host.path)
        return UpgradeRow(path: host.path, before: host.agent.version, after: package.version, error: nil)
    }

    /// Takes agent and keys away from a host, and the way to it out of the host above.
    func uninstall(
        _ host: FleetHost, _ request: RemoveRequest, by requester: Requester
    ) async throws(APIError) -> [String] {
        guard let key = request.operatorKey else {
            throw APIError(
                code: "operator-key-missing", sentence: "taking the agent away needs an operator's key",
                remedy: "nestor host remove \(host.path) --uninstall --operator-key FILE")
        }
        let said = SentenceList()
        let report: @Sendable (String) -> Void = { [progress] sentence in
            said.append(sentence)
            progress.send(operation: request.operation, path: host.path, sentence)
        }
        let route = try await operatorRoute(to: host, key: key)
        let controllerID = controllerID
        // Recorded first: what can't be recorded is not done.
        try await change(requester, "agent.uninstall", host.path.description) { (_) throws(StoreFailure) in }
        try await withSession(route) { (session) throws(DeliveryFailure) in
            let installer = AgentInstaller(session: session, progress: report)
            try await installer.uninstall(
                agent: host.agent, controller: controllerID, survey: try await installer.survey())
        }
        return said.all
    }
}

/// Sentences that a callback collects.
final class SentenceList: Sendable {
    private let sentences = Mutex<[String]>([])

    func append(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
    var all: [String] { sentences.withLock { $0 } }
}
