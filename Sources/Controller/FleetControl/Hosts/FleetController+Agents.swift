import AgentDelivery
import AgentWire
package import ControllerAPI
import FleetStore
import NestingModel
import Synchronization

extension FleetController {
    /// Pushes the controller's agent where another one lies, with the operator's key; one host after the other.
    package func upgrade(_ request: UpgradeRequest, by requester: Requester) async throws(APIError) -> [UpgradeRow] {
        let all = try await enrolled()
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
        try takeTree(of: host.path)
        defer { releaseTree(of: host.path) }
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
        let files = "sha256 \(host.agent.sha256) → \(package.sha256)"
        try await change(requester, "agent.upgrade", host.path.description, detail: files) {
            (work) throws(StoreFailure) in
            // A fleet file may have changed its address meanwhile.
            guard var upgraded = try work.host(host.path)?.host else { return }
            upgraded.agent.sha256 = package.sha256
            upgraded.agent.version = package.version
            try work.put(host: upgraded)
        }
        await readAndStore(host.path)
        return UpgradeRow(path: host.path, before: host.agent.version, after: package.version, error: nil)
    }

    /// Takes agent and keys away from a host, unless its agent has something left to do there: its journal may be all
    /// that starts a guest again.
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
        try await checkNothingOpen(on: host.path)
        let route = try await operatorRoute(to: host, key: key)
        let controllerID = controllerID
        // Recorded first: what can't be recorded is not done.
        try await change(requester, "agent.uninstall", host.path.description) { (work) throws(StoreFailure) in
            try work.checkNoRemediation(on: host.path, interrupted: true)
        }
        try await withSession(route) { (session) throws(DeliveryFailure) in
            let installer = AgentInstaller(session: session, progress: report)
            try await installer.uninstall(
                agent: host.agent, controller: controllerID, survey: try await installer.survey())
        }
        return said.all
    }

    /// Asks the agent for corrections that have not ended; one that can't be asked is taken away all the same.
    private func checkNothingOpen(on path: NodePath) async throws(APIError) {
        let way = try await way(to: path)
        let open: [CorrectionRecord]
        do throws(AgentFailure) {
            let result: CorrectionsResult = try await sessions.reporting(
                way, deadline: environment.settings.hostDeadline
            ) { (connection, deadline) throws(AgentFailure) in
                try await connection.call(.corrections, CorrectionsParameters(), deadline: deadline)
            }
            open = result.corrections.filter { $0.phase != .ended }
        } catch {
            return
        }
        guard let first = open.first else { return }
        throw APIError(
            code: "host-busy",
            sentence: "the agent of '\(path)' has not finished correction '\(printable(first.id))' (\(first.phase))",
            remedy: "wait until its guests are as they were: nestor remediation list")
    }
}

/// Sentences that a callback collects.
final class SentenceList: Sendable {
    private let sentences = Mutex<[String]>([])

    func append(_ sentence: String) { sentences.withLock { $0.append(sentence) } }
    var all: [String] { sentences.withLock { $0 } }
}
