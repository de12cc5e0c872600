import AgentDelivery
package import ControllerAPI
import Digests
import FleetStore
import FoundationEssentials
import NestingModel
import SecureShell

extension FleetController {
    /// Pushes the agent, leaves keys and the controller's id, reads the host, and only then keeps it.
    /// Where it fails half-way, the error says what is on the host already.
    package func enrol(_ request: EnrolRequest, by requester: Requester) async throws(APIError) -> HostRow {
        try checkAddress(request.address, port: request.port)
        try checkPlacement(request)
        try takeTree(of: request.path)
        defer { releaseTree(of: request.path) }
        let trace = EnrolmentTrace()
        do throws(APIError) {
            return try await enrol(request, by: requester, trace)
        } catch {
            throw trace.explained(error, path: request.path, controller: controllerID)
        }
    }

    /// Before anything is connected: what is named here is written into files there.
    private nonisolated func checkPlacement(_ request: EnrolRequest) throws(APIError) {
        do throws(DeliveryFailure) {
            if let folder = request.agentDirectory {
                try PlacementRule.check(folder: folder, option: "--agent-directory")
            }
            if let folder = request.agentState { try PlacementRule.check(folder: folder, option: "--agent-state") }
            if let socket = request.libvirtSocket { try PlacementRule.check(path: socket, option: "--libvirt-socket") }
            if let file = request.authorizedKeys {
                try PlacementRule.checkCharacters(file, option: "--authorized-keys")
            }
        } catch {
            throw APIError(code: error.code, sentence: error.sentence, remedy: error.remedy)
        }
    }

    private func enrol(
        _ request: EnrolRequest, by requester: Requester, _ trace: EnrolmentTrace
    ) async throws(APIError) -> HostRow {
        if try await enrolled(inTreeOf: request.path.root).contains(where: { $0.path == request.path }) {
            throw APIError(
                code: "host-known", sentence: "'\(request.path)' is enrolled already",
                remedy: "nestor agent upgrade \(request.path), or nestor host remove \(request.path) first")
        }
        let report: @Sendable (String) -> Void = { [progress] sentence in
            trace.append(sentence)
            progress.send(operation: request.operation, path: request.path, sentence)
        }
        var host = FleetHost(
            path: request.path, address: request.address, port: request.port, user: request.user,
            labels: request.labels, hostKeys: request.hostKeys, uuid: try await pinnedUUID(of: request.path),
            agent: .nowhere, enrolledAt: environment.now())
        for key in host.hostKeys.compactMap(HostKey.init(pin:)) { _ = try accepted(key, for: host) }
        // Recorded first: what can't be recorded is not done.
        let place = "\(host.user)@\(host.addressAndPort)"
        try await change(requester, "host.enrol-start", host.path.description, detail: place) {
            (_) throws(StoreFailure) in
        }
        report("connecting to \(request.user)@\(request.address) port \(request.port)")
        let route = try await operatorRoute(to: host, key: request.operatorKey)
        host.agent = try await withSession(route) { (session) throws(DeliveryFailure) in
            try await self.install(request, over: session, trace, progress: report)
        }
        if let parent = request.path.parent {
            report("letting the reporting key through \(parent) to \(host.addressAndPort)")
            try await authorize(parent, adding: [host], key: request.operatorKey)
        }
        report("reading the host with the controller's own key")
        try await keep(host, by: requester)
        try await evaluate()
        let row = HostRow(try await self.host(host.path))
        progress.send(
            operation: request.operation, path: request.path,
            row.health.state == .ok ? "enrolled" : "enrolled, and not readable: \(row.health.sentence)", last: true)
        return row
    }

    /// The UUID that a guest's own host reports for it: what its SMBIOS must show.
    private func pinnedUUID(of path: NodePath) async throws(APIError) -> String? {
        guard let parent = path.parent else { return nil }
        await readAndStore(parent)
        let view = try await host(parent)
        guard case .known(let guests) = view.report?.guests ?? .absent else {
            throw APIError(
                code: "parent-unread", sentence: "the guests of '\(parent)' can't be read: \(view.health.sentence)",
                remedy: "nestor host check \(parent)")
        }
        guard let guest = guests.first(where: { parent.guest(named: $0.name) == path }) else {
            throw APIError(
                code: "guest-unknown", sentence: "'\(parent)' has no guest '\(path.name)'",
                remedy: "nestor tree shows its guests; the last name of the path is the guest's")
        }
        return guest.uuid
    }

    private nonisolated func install(
        _ request: EnrolRequest, over session: any SecureShellSession, _ trace: EnrolmentTrace,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(DeliveryFailure) -> InstalledAgent {
        let installer = AgentInstaller(session: session, progress: progress)
        let survey = try await installer.survey()
        progress("it is \(survey.platform), and the login is \(survey.userID == 0 ? "root" : "user \(survey.userID)")")
        let package = try environment.agents.package(for: survey.platform)
        let agent = survey.placement(
            directory: request.agentDirectory, state: request.agentState, libvirtSocket: request.libvirtSocket,
            authorizedKeys: request.authorizedKeys, package: package)
        trace.began(agent)
        try await installer.push(package, to: agent)
        try await installer.introduce(controller: controllerID, epoch: epoch, to: agent)
        try await installer.authorize(authorizedKeys(agent, forwards: []), in: agent.authorizedKeys)
        if request.bootRecovery { try await installer.installRecovery(survey, agent: agent) }
        return agent
    }

    nonisolated func authorizedKeys(_ agent: InstalledAgent, forwards: [FleetHost]) -> AuthorizedKeys {
        AuthorizedKeys(
            controller: controllerID, reportKey: environment.keys.reportPublic,
            correctKey: environment.keys.correctPublic, agent: "\(agent.directory)/nestor-agent", state: agent.state,
            libvirtSocket: agent.libvirtSocket, forwards: forwards.map(\.addressAndPort))
    }

    /// Writes the keys of a host again, with a way to each enrolled guest below it and to the added ones.
    func authorize(_ path: NodePath, adding hosts: [FleetHost] = [], key: OperatorKey) async throws(APIError) {
        let parent = try await host(path).host
        let below = try await enrolled(inTreeOf: path.root).filter { $0.path.parent == path } + hosts
        let route = try await operatorRoute(to: parent, key: key)
        let keys = authorizedKeys(parent.agent, forwards: below)
        try await withSession(route) { (session) throws(DeliveryFailure) in
            try await AgentInstaller(session: session) { _ in }.authorize(keys, in: parent.agent.authorizedKeys)
        }
        await sessions.drop(path)
    }

    /// Stores a new host and reads it; a host whose first report can't be had is kept with that state.
    private func keep(_ host: FleetHost, by requester: Requester) async throws(APIError) {
        let detail = "\(host.user)@\(host.addressAndPort) keys \(host.hostKeys.joined(separator: ", "))"
        try await change(requester, "host.enrol", host.path.description, detail: detail) {
            (work) throws(StoreFailure) in
            guard try work.host(host.path) == nil else {
                throw StoreFailure(
                    .conflict, "'\(host.path)' was enrolled meanwhile", remedy: "nestor host show \(host.path)")
            }
            try work.put(host: host)
            try work.raiseFleetRevision()
        }
        await readAndStore(host.path)
    }

    func operatorRoute(to host: FleetHost, key: OperatorKey) async throws(APIError) -> Route {
        let key = PrivateKey(text: key.text, passphrase: key.passphrase)
        let way = try way(to: host, among: try await enrolled(inTreeOf: host.path.root))
        return Route(hops: way.map { Hop($0, key: key) })
    }

    func withSession<Value: Sendable>(
        _ route: Route, _ body: @Sendable (any SecureShellSession) async throws(DeliveryFailure) -> Value
    ) async throws(APIError) -> Value {
        let session: any SecureShellSession
        do throws(SSHFailure) {
            session = try await environment.connector.connect(route, deadline: environment.settings.hostDeadline)
        } catch {
            throw APIError(error)
        }
        do throws(DeliveryFailure) {
            let value = try await body(session)
            await session.close()
            return value
        } catch {
            await session.close()
            throw APIError(code: error.code, sentence: error.sentence, remedy: error.remedy)
        }
    }
}

extension InstalledAgent {
    /// Before anything was installed.
    static let nowhere = InstalledAgent(
        directory: "", state: "", libvirtSocket: nil, authorizedKeys: "", sha256: "", version: "")
}

extension OfferedHostKey {
    init(_ key: HostKey) {
        let blob = Data(base64Encoded: key.base64) ?? Data()
        let sum = Data(Digest.sha256(of: blob)).base64EncodedString()
        self.init(
            type: key.type, base64: key.base64,
            fingerprint: "SHA256:\(sum.prefix { $0 != "=" })")
    }
}

extension APIError {
    init(_ failure: SSHFailure) {
        self.init(
            code: failure.code.rawValue, sentence: "\(failure.hop): \(failure.sentence)", remedy: failure.remedy,
            offeredKey: failure.offeredKey.map(OfferedHostKey.init))
    }
}
