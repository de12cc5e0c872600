/// Runs the services of a daemon: starts them in order, tells the service manager, and stops them in reverse order on
/// SIGTERM, SIGINT, the end of its terminal, cancellation, or when one of them ends. A second signal ends the process
/// at once.
package struct ServiceGroup: Sendable {
    private let services: [any Service]
    private let stopDeadline: Duration
    private let manager: ServiceManager
    private let log: @Sendable (ServiceEvent) -> Void

    /// - Parameters:
    ///   - services: in the order of their start: what others need comes first.
    ///   - stopDeadline: for stopping all of them. Each may take an even share of what is left when its turn comes.
    ///   - manager: who is told about readiness.
    package init(
        services: [any Service], stopDeadline: Duration = .seconds(30), manager: ServiceManager = .ofThisProcess(),
        log: @escaping @Sendable (ServiceEvent) -> Void = { _ in }
    ) {
        self.services = services
        self.stopDeadline = stopDeadline
        self.manager = manager
        self.log = log
    }

    /// Returns after a graceful stop that a signal or cancellation asked for.
    /// - Throws: ServiceFailure when a service did not start, failed or ended; the others have been stopped.
    package func run() async throws(ServiceFailure) {
        guard let signals = ProcessSignals() else {
            throw ServiceFailure(code: .signals, service: "another group has them, or there are no descriptors left")
        }
        defer { signals.restore() }
        if let failure = await serve(signals) { throw failure }
    }

    private enum Outcome: Sendable {
        /// All services are up.
        case started
        case stop
        case failure(ServiceFailure)
    }

    /// Starts all services, waits for a reason to stop, and stops them.
    private func serve(_ signals: ProcessSignals) async -> ServiceFailure? {
        await withTaskGroup(of: Outcome.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await number in signals.received {
                    log(.signal(number))
                    return .stop
                }
                return .stop
            }
            var started: [any Service] = []
            var reason = Outcome.started
            for service in services {
                reason = await start(service, &started, in: &group)
                guard case .started = reason else { break }
            }
            if case .started = reason {
                manager.ready()
                log(.ready)
                if let interval = manager.watchdogInterval {
                    // On the shared pool on purpose: when that is stuck, the manager is to notice.
                    group.addTask {
                        repeat { manager.alive() } while (try? await Task.sleep(for: interval)) != nil
                        return .stop
                    }
                }
                reason = await group.next() ?? .stop
            }
            var failure: ServiceFailure?
            if case .failure(let found) = reason {
                log(.failure(found))
                failure = found
            }
            manager.stopping()
            await stop(started)
            return failure
        }
    }

    /// Starts one service, in a task, so that a signal or the end of an earlier service can cancel it.
    /// - Returns: `.started`, or why the group must stop; `started` has the service if it is up all the same.
    private func start(
        _ service: any Service, _ started: inout [any Service], in group: inout TaskGroup<Outcome>
    ) async -> Outcome {
        log(.starting(service.name))
        group.addTask {
            do {
                try await service.start()
                return .started
            } catch {
                return .failure(ServiceFailure(code: .start, service: service.name, cause: error))
            }
        }
        let first = await group.next() ?? .stop
        switch first {
        case .started:
            log(.started(service.name))
            started.append(service)
            watch(service, in: &group)
        case .failure(let failure) where failure.code == .start:
            break
        case .failure, .stop:
            group.cancelAll()
            // Its start may have succeeded by now: then it has to be stopped too.
            search: while let late = await group.next() {
                switch late {
                case .started:
                    started.append(service)
                    break search
                case .failure(let failure) where failure.code == .start: break search
                case .failure, .stop: continue
                }
            }
        }
        return first
    }

    private func watch(_ service: any Service, in group: inout TaskGroup<Outcome>) {
        group.addTask {
            let name = service.name
            do {
                try await service.untilEnd()
            } catch {
                return Task.isCancelled ? .stop : .failure(ServiceFailure(code: .failed, service: name, cause: error))
            }
            return Task.isCancelled ? .stop : .failure(ServiceFailure(code: .ended, service: name))
        }
    }

    private func stop(_ started: [any Service]) async {
        let clock = ContinuousClock()
        let end = clock.now + stopDeadline
        for (index, service) in started.enumerated().reversed() {
            log(.stopping(service.name))
            let share = max(.zero, clock.now.duration(to: end)) / (index + 1)
            let stopped = await inTime(share) { await service.stop(deadline: share) }
            log(stopped ? .stopped(service.name) : .overdue(service.name))
        }
    }

    /// Whether the work ended within its time and a little grace. Work that did not is left behind.
    private func inTime(_ limit: Duration, _ work: @escaping @Sendable () async -> Void) async -> Bool {
        let (first, continuation) = AsyncStream<Bool>.makeStream()
        // Unstructured, both: a task group would wait for work that never ends, and cancellation of the whole is no
        // reason to stop less carefully.
        let working = Task {
            await work()
            continuation.yield(true)
        }
        // The same reason.
        let timing = Task {
            guard (try? await Task.sleep(for: limit + limit / 10 + .milliseconds(100))) != nil else { return }
            continuation.yield(false)
        }
        // Waited for in a task of its own, since cancelling `run` would end the iteration.
        let waiting = Task { () -> Bool in
            for await ended in first { return ended }
            return false
        }
        let ended = await waiting.value
        timing.cancel()
        if !ended { working.cancel() }
        return ended
    }
}
