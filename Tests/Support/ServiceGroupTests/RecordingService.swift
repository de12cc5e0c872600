import Synchronization

@testable import ServiceGroup

/// What happened, in order.
final class Events: Sendable {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }

    func add(_ event: String) { kept.withLock { $0.append(event) } }

    /// A log callback for a group.
    func log(_ event: ServiceEvent) { add("\(event)") }
}

struct Broken: Error {}

/// A service that notes its start and stop, and does what it is told in between.
struct RecordingService: Service {
    let name: String
    let events: Events
    var starting: @Sendable () async throws -> Void = {}
    var running: (@Sendable () async throws -> Void)?
    var stopping: @Sendable () async -> Void = {}

    func start() async throws {
        try await starting()
        events.add("\(name) up")
    }

    func untilEnd() async throws {
        if let running { try await running() } else { try await Task.sleep(for: .seconds(600)) }
    }

    func stop(deadline: Duration) async {
        await stopping()
        events.add("\(name) down")
    }
}

/// A service of which everything is the default, but for its start.
struct PlainService: Service {
    let name = "plain"
    var starting: @Sendable () async throws -> Void

    func start() async throws { try await starting() }

    func stop(deadline: Duration) async {}
}
