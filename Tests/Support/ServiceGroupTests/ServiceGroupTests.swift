import Glibc
import Testing

@testable import ServiceGroup

/// Serialized: the signals of a process belong to one group at a time.
@Suite("Service group", .serialized, .timeLimit(.minutes(1)))
struct ServiceGroupTests {
    private static let nobody = ServiceManager(environment: [:])

    private func failure(_ group: ServiceGroup) async -> ServiceFailure? {
        do throws(ServiceFailure) {
            try await group.run()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "when a service ends or fails, all are stopped in reverse order and the group fails", arguments: [false, true])
    func ends(throwing: Bool) async {
        let events = Events()
        let group = ServiceGroup(
            services: [
                RecordingService(name: "a", events: events),
                RecordingService(name: "b", events: events, running: { if throwing { throw Broken() } }),
                RecordingService(name: "c", events: events),
            ], manager: Self.nobody)
        let failure = await failure(group)
        #expect(failure?.code == (throwing ? .failed : .ended))
        #expect(failure?.service == "b")
        #expect((failure?.cause is Broken) == throwing)
        let all = events.all
        #expect(
            all == ["a up", "b up", "c up", "c down", "b down", "a down"]
                || all == ["a up", "b up", "b down", "a down"])
    }

    @Test("when a service does not start, only those before it are stopped")
    func startFails() async {
        let events = Events()
        let group = ServiceGroup(
            services: [
                RecordingService(name: "a", events: events),
                RecordingService(name: "b", events: events, starting: { throw Broken() }),
                RecordingService(name: "c", events: events),
            ], manager: Self.nobody)
        let failure = await failure(group)
        #expect(failure?.code == .start && failure?.service == "b")
        #expect(events.all == ["a up", "a down"])
    }

    @Test("a stop that hangs is left behind, and the others are stopped")
    func hanging() async {
        let events = Events()
        let gate = AsyncStream<Void>.makeStream()
        let group = ServiceGroup(
            services: [
                RecordingService(name: "a", events: events),
                RecordingService(
                    name: "b", events: events,
                    stopping: {
                        await withCheckedContinuation { continuation in
                            // Unstructured: deaf to cancellation, as a blocked stop is.
                            Task {
                                for await _ in gate.stream {}
                                continuation.resume()
                            }
                        }
                    }),
                RecordingService(name: "c", events: events, starting: { throw Broken() }),
            ], stopDeadline: .milliseconds(100), manager: Self.nobody, log: events.log)
        #expect(await failure(group)?.code == .start)
        let all = events.all
        #expect(all.contains("overdue(\"b\")"))
        #expect(all.suffix(3) == ["stopping(\"a\")", "a down", "stopped(\"a\")"])
        gate.continuation.finish()
    }

    @Test("cancelling the group stops it gracefully, whatever the services wait for")
    func cancelled() async {
        let events = Events()
        let ready = AsyncStream<Void>.makeStream()
        let group = ServiceGroup(
            services: [RecordingService(name: "a", events: events), PlainService(starting: {})], manager: Self.nobody,
            log: { if case .ready = $0 { ready.continuation.finish() } })
        await withTaskGroup { tasks in
            tasks.addTask { #expect(await failure(group) == nil) }
            for await _ in ready.stream {}
            tasks.cancelAll()
        }
        #expect(events.all == ["a up", "a down"])
    }

    @Test("two groups at a time are refused")
    func second() async {
        let events = Events()
        let (inner, outer) = (
            ServiceGroup(services: [], manager: Self.nobody),
            { (body: @escaping @Sendable () async throws -> Void) in
                ServiceGroup(services: [PlainService(starting: body)], manager: Self.nobody)
            }
        )
        let failure = await failure(
            outer {
                do throws(ServiceFailure) { try await inner.run() } catch { events.add("\(error.code)") }
                throw Broken()
            })
        #expect(failure?.code == .start)
        #expect(events.all == ["signals"])
    }

    @Test("SIGTERM and SIGINT stop a running group gracefully", arguments: [SIGTERM, SIGINT])
    func signalled(number: Int32) async {
        let events = Events()
        let group = ServiceGroup(
            services: [RecordingService(name: "a", events: events)], manager: Self.nobody,
            log: { if case .ready = $0 { kill(getpid(), number) } else { events.log($0) } })
        #expect(await failure(group) == nil)
        #expect(events.all.contains("signal(\(number))") && events.all.last == "stopped(\"a\")")
    }

    @Test("a signal during a start cancels it and stops what is up")
    func signalledStart() async {
        let events = Events()
        let group = ServiceGroup(
            services: [
                RecordingService(name: "a", events: events),
                RecordingService(
                    name: "b", events: events,
                    starting: {
                        kill(getpid(), SIGTERM)
                        try await Task.sleep(for: .seconds(600))
                    }),
            ], manager: Self.nobody)
        #expect(await failure(group) == nil)
        #expect(events.all == ["a up", "a down"])
    }

    @Test("a second signal ends the process at once, even while a stop hangs")
    func secondSignal() async {
        await #expect(processExitsWith: .exitCode(128 + SIGINT)) {
            let events = Events()
            let group = ServiceGroup(
                services: [
                    RecordingService(
                        name: "a", events: events,
                        stopping: {
                            kill(getpid(), SIGINT)
                            while true {}
                        })
                ], manager: ServiceManager(environment: [:]),
                log: { if case .ready = $0 { kill(getpid(), SIGTERM) } })
            try await group.run()
        }
    }

    @Test("a broken pipe is an error, not the end")
    func brokenPipe() async {
        await #expect(processExitsWith: .exitCode(7)) {
            try await ServiceGroup(
                services: [
                    PlainService(starting: {
                        var ends: [Int32] = [0, 0]
                        guard pipe(&ends) == 0 else { return }
                        close(ends[0])
                        if write(ends[1], "x", 1) == -1, errno == EPIPE { exit(7) }
                    })
                ], manager: ServiceManager(environment: [:])
            ).run()
        }
    }
}
