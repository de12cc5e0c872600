package import ControllerAPI
import FleetStore
import FoundationEssentials
package import NestingModel

extension FleetController {
    package func hosts() async throws(APIError) -> [HostRow] {
        try await read { (work) throws(StoreFailure) in try work.hostRows() }
    }

    package func hosts(after path: NodePath?, limit: Int) async throws(APIError) -> HostPage {
        try await read { (work) throws(StoreFailure) in try work.hostPage(after: path, limit: max(limit, 1)) }
    }

    package func host(_ path: NodePath) async throws(APIError) -> HostView {
        guard let view = try await read({ (work) throws(StoreFailure) in try work.host(path) }) else {
            throw unknownHost(path)
        }
        return view
    }

    /// Without what was read of them: all, or those of one nesting tree.
    func enrolled(inTreeOf root: NodePath? = nil) async throws(APIError) -> [FleetHost] {
        try await read { (work) throws(StoreFailure) in try work.enrolledHosts(inTreeOf: root) }
    }

    func unknownHost(_ path: NodePath) -> APIError {
        APIError(
            code: "host-unknown", sentence: "there is no enrolled host '\(path)'",
            remedy: "nestor host list shows those there are; nestor host enrol \(path) --address ADDRESS adds it")
    }

    /// The enrolled hosts on the way to this one, outermost first, itself last.
    func way(to path: NodePath) async throws(APIError) -> [FleetHost] {
        let tree = try await enrolled(inTreeOf: path.root)
        guard let host = tree.first(where: { $0.path == path }) else { throw unknownHost(path) }
        return try way(to: host, among: tree)
    }

    /// - Throws: `parent-unknown` where a host above it is not enrolled: nobody forwards to it then.
    nonisolated func way(to host: FleetHost, among hosts: [FleetHost]) throws(APIError) -> [FleetHost] {
        var way: [FleetHost] = []
        for count in 1..<host.path.names.count {
            guard let path = NodePath(names: Array(host.path.names.prefix(count))),
                let above = hosts.first(where: { $0.path == path })
            else {
                let missing = host.path.names.prefix(count).joined(separator: "/")
                throw APIError(
                    code: "parent-unknown",
                    sentence: "'\(host.path)' is reached through '\(missing)', which is not enrolled",
                    remedy: "nestor host enrol \(missing) --address ADDRESS")
            }
            way.append(above)
        }
        return way + [host]
    }

    /// Reads the host now, hop by hop, and tells what was found on the way.
    package func check(_ request: CheckRequest) async throws(APIError) -> CheckAnswer {
        let way = try await way(to: request.path)
        await sessions.drop(request.path)
        var hops: [HopCheck] = []
        for host in way {
            progress.send(operation: request.operation, path: host.path, "asking \(host.path)")
            await readAndStore(host.path)
            let health = try await self.host(host.path).health
            hops.append(
                HopCheck(path: host.path, state: health.state, sentence: health.sentence, remedy: health.remedy))
        }
        try await evaluate()
        let view = try await host(request.path)
        progress.send(operation: request.operation, path: request.path, "\(view.health.state)", last: true)
        return CheckAnswer(hops: hops, view: view)
    }

    /// Forgets a host; hosts that are reached through it go first.
    package func remove(
        _ path: NodePath, _ request: RemoveRequest, by requester: Requester
    ) async throws(APIError) -> RemoveAnswer {
        let view = try await host(path)
        let below = try await enrolled(inTreeOf: path.root).map(\.path).filter { path.contains($0) }
        guard below.isEmpty else {
            throw APIError(
                code: "host-has-hosts-below",
                sentence: "'\(below.map(\.description).joined(separator: "', '"))' is reached through '\(path)'",
                remedy: "remove those first")
        }
        try takeTree(of: path)
        defer { releaseTree(of: path) }
        var sentences: [String] = []
        if request.uninstall {
            sentences = try await uninstall(view.host, request, by: requester)
        } else {
            sentences.append("the agent and the controller's keys stay on the host: \(view.host.agent.directory)")
        }
        await sessions.drop(path)
        let place = "was \(view.host.user)@\(view.host.addressAndPort)"
        let now = environment.now()
        try await change(requester, "host.remove", path.description, detail: place) { (work) throws(StoreFailure) in
            try work.checkNoRemediation(on: path, interrupted: false)
            try work.note(removalOf: path, at: now)
            try work.remove(host: path)
            try work.raiseFleetRevision()
        }
        if let parent = path.parent { sentences.append(await closedWay(to: view.host, through: parent, request)) }
        try await evaluate()
        progress.send(operation: request.operation, path: path, "removed", last: true)
        return RemoveAnswer(path: path, sentences: sentences)
    }

    /// Takes the way to a removed guest out of the keys of its own host, which only an operator's key can.
    private func closedWay(to host: FleetHost, through parent: NodePath, _ request: RemoveRequest) async -> String {
        var cause = ""
        if request.uninstall, let key = request.operatorKey {
            do throws(APIError) {
                try await authorize(parent, key: key)
                return "'\(parent)' no longer lets the controller through to \(host.addressAndPort)"
            } catch {
                cause = " (\(error.sentence))"
            }
        }
        return "'\(parent)' still lets the controller through to \(host.addressAndPort)\(cause); nestor agent upgrade "
            + "\(parent) writes its keys again"
    }
}
