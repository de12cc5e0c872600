import ControllerAPI
import FoundationEssentials
import Synchronization

@testable import FleetControl

/// The calendar's time as a test sets it.
final class TestTime: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_800_000_000))

    var now: Date { time.withLock { $0 } }
    func pass(_ seconds: TimeInterval) { time.withLock { $0 += seconds } }
}

extension Bench {
    /// A controller at a time of the test's own.
    func controller(at time: TestTime, drift: DriftRules = DriftRules()) async throws -> FleetController {
        var environment = try await controller().environment
        environment.now = { time.now }
        environment.settings.drift = drift
        return try await FleetController(environment)
    }

    func run(
        at time: TestTime, drift: DriftRules = DriftRules(), _ body: (FleetController) async throws -> Void
    ) async throws {
        let controller = try await controller(at: time, drift: drift)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(controller))
        } catch {
            result = .failure(error)
        }
        await controller.stop()
        await end()
        try result.get()
    }
}

extension FleetController {
    /// One round of what runs by itself.
    func sweepAndEnforce() async throws {
        _ = try await sweep(SweepRequest())
        await enforce()
        await untilIdle()
    }
}
