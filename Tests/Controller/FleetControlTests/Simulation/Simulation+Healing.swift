import ControllerAPI
import NestingModel

@testable import FleetControl

/// The end of every simulation: whatever was wrong is put right, and everything has to come to its end.
extension Simulation {
    func heal() {
        note("all that was wrong is put right")
        fleet.deaths = [:]
        for host in world.hosts {
            fleet.startWorker(of: host)
            fleet.set(up: host)
            fleet.powerUp(host)
            fleet.lostAnswers[host] = nil
            fleet.refusedOrders[host] = nil
        }
        for path in fleet.paths where fleet.guests[path]?.temper != .staysOff { fleet.guests[path]?.temper = .works }
        for machine in world.machines { fleet.wake(machine) }
        post.refusing = []
        post.death = nil
        incarnation.writesLeft = nil
        if incarnation.isDead { boot() }
        time.after(1) { [unowned self] in lookAgain(round: 0) }
    }

    /// Says every so often what goes on, until nothing is under way any more.
    private func lookAgain(round: Int) {
        if let controller {
            let state = store.state
            Task {
                if !state.freezes.isEmpty { _ = try? await controller.unfreeze(all: true, by: Self.alice) }
                if !state.windows.isEmpty {
                    _ = try? await controller.apply(windows: Self.file(windows: []), by: Self.alice)
                }
                for remediation in state.unfinished where remediation.state == .interrupted {
                    _ = try? await controller.resume(remediation.id, by: Self.alice)
                    // What waits for a machine that does not come back is given up.
                    if round > 30, self.hasLostHost(remediation) {
                        _ = try? await controller.abort(remediation.id, by: Self.alice)
                    }
                }
                guard round > 1, !self.isBusy, await (try? controller.sweep(SweepRequest())) != nil else { return }
                self.scene.readAt = self.time.date
                self.isAtRest = !self.isBusy
            }
        }
        time.after(60) { [unowned self] in lookAgain(round: round + 1) }
    }

    private func hasLostHost(_ remediation: Remediation) -> Bool {
        remediation.plan.items.contains { item in
            ([item.host] + item.drains.map(\.host)).contains { fleet.obstacle(to: $0.description) != nil }
        }
    }

    private var isBusy: Bool {
        !store.state.unfinished.isEmpty || !store.state.deliveries.isEmpty
            // What a machine holds that does not start any more is held for ever.
            || fleet.work.values.contains { $0.isOpen && fleet.obstacle(to: $0.host) == nil }
    }
}
