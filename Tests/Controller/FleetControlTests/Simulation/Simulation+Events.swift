import ControllerAPI
import FleetStore
import NestingModel

@testable import FleetControl

extension Simulation {
    static let alice = Requester(name: "alice")
    private static let bob = Requester(name: "bob")

    func happen(_ what: Happening) {
        note("event: \(what)")
        switch what {
        case .drift(let guest):
            fleet.drift(guest)
            scene.changed[.guest(guest)] = time.elapsed
        case .edit(let guest):
            fleet.edit(guest)
            scene.changed[.guest(guest)] = time.elapsed
        case .resize(let guest, let memory, let vcpus):
            fleet.resize(guest, memory: memory, vcpus: vcpus)
            scene.changed[.guest(guest)] = time.elapsed
        case .save(let guest): fleet.save(guest)
        case .wake(let guest): fleet.wake(guest)
        case .move(let guest, let host, let leaving):
            fleet.move(guest, to: host, leaving: leaving)
            for path in [guest, "\(host)/\(guest.split(separator: "/").last ?? "")"] {
                scene.changed[.guest(path)] = time.elapsed
            }
        case .reboot(let host, let seconds): fleet.reboot(host, seconds: seconds)
        case .temper(let guest, let temper):
            fleet.guests[guest]?.temper = temper
            scene.changed[.guest(guest)] = time.elapsed
        case .hostDown(let host, let seconds, let silent):
            fleet.set(down: host, silent: silent)
            time.after(seconds) { [unowned self] in fleet.set(up: host) }
        case .loseAnswers(let host, let count): fleet.lostAnswers[host] = count
        case .refuseOrders(let host, let count): fleet.refusedOrders[host] = count
        case .agentDies(let host, let step, let acted, let withSessions):
            fleet.deaths[host] = SimulatedFleet.Death(step: step, acted: acted, withSessions: withSessions)
        case .refuses(let recipient, let seconds):
            post.refusing.insert(recipient)
            time.after(seconds) { [unowned self] in post.refusing.remove(recipient) }
        case .clock(let seconds):
            time.set(clockBy: seconds)
            scene.changed[.clock] = time.elapsed
        case .kill(let count, let written, let seconds):
            guard controller != nil else { return }
            incarnation.writesLeft = count == 0 ? nil : count
            incarnation.lastIsWritten = written
            bootAgain(after: incarnation, seconds)
            if count == 0 { incarnation.kill() }
        case .killAtDelivery(let number, let arrived, let seconds):
            guard controller != nil else { return }
            post.death = (number, arrived)
            bootAgain(after: incarnation, seconds)
        case .backup: store.makeBackup()
        case .restore(let seconds):
            incarnation.kill()
            guard store.restoreBackup() else { return bootLater(after: incarnation, seconds) }
            scene.noteRestored()
            bootLater(after: incarnation, seconds)
        case .stop(let seconds):
            guard let controller else { return }
            let stopping = incarnation
            Task {
                await controller.stop()
                stopping.kill()
            }
            bootAgain(after: stopping, seconds)
        default: ask(what)
        }
    }

    /// Once it is dead, whenever that is.
    private func bootAgain(after dying: Incarnation, _ seconds: Int) {
        let died = dying.died
        dying.died = { [unowned self] in
            died()
            bootLater(after: dying, seconds)
        }
    }

    private func bootLater(after dead: Incarnation, _ seconds: Int) {
        time.after(seconds) { [unowned self] in
            if incarnation === dead { boot() }
        }
    }

    /// What people say: to a controller that runs.
    private func ask(_ what: Happening) {
        guard let controller else { return note("nobody hears it") }
        Task {
            do {
                try await self.say(what, to: controller)
                self.note("done: \(what)")
            } catch {
                self.note("refused: \(what): \(error)")
            }
        }
    }

    private func say(_ what: Happening, to controller: FleetController) async throws(APIError) {
        switch what {
        case .remediate(let wish, let outside):
            let selection = Selection(paths: [wish.tree.flatMap { NodePath($0) }].compactMap(\.self))
            let plan = try await controller.plan(selection, outsideWindows: outside == true)
            await time.pass(wish.thinks)
            let begun = try await (self.controller ?? controller).remediate(
                RemediateRequest(selection: selection, digest: plan.digest, rollout: wish.rollout, now: outside),
                by: Self.alice)
            if begun.plan.items != plan.plan.items { scene.unseen.append(begun.id) }
        case .request:
            let plan = try await controller.plan(Selection())
            _ = try await controller.request(
                ChangeDraft(selection: Selection(), digest: plan.digest, text: "please", seconds: 3_600), by: Self.alice
            )
        case .approve:
            guard let request = try await controller.changeRequests().first(where: { $0.state == .open }) else {
                return
            }
            scene.seen[request.id] = request.plan.items
            // Sometimes its author tries.
            _ = try await controller.answer(
                ChangeWord(id: request.id, word: .approved, text: "fine", digest: request.digest),
                by: time.elapsed.isMultiple(of: 2) ? Self.alice : Self.bob)
        case .reject:
            guard let request = try await controller.changeRequests().first(where: { $0.state == .open }) else {
                return
            }
            _ = try await controller.answer(ChangeWord(id: request.id, word: .rejected, text: "no"), by: Self.bob)
        case .pause: if let id = newest { _ = try await controller.pause(id, by: Self.alice) }
        case .resume: if let id = newest { _ = try await controller.resume(id, by: Self.bob) }
        case .abort: if let id = newest { _ = try await controller.abort(id, by: Self.alice) }
        case .freeze(let places, let seconds):
            _ = try await controller.freeze(
                FreezeRequest(reason: "audit", seconds: seconds, paths: places.compactMap { NodePath($0) }),
                by: Self.bob)
        case .unfreeze: try await controller.unfreeze(all: true, by: Self.bob)
        case .policies(let line):
            let text = "policies:\n" + line.yaml(at: time.date)
            _ = try await controller.apply(
                policies: ApplyRequest(files: [DocumentFile(name: "p.yaml", text: text)]), by: Self.alice)
        case .exempt(let line):
            let text = "exemptions:\n" + line.yaml(at: time.date)
            _ = try await controller.apply(
                policies: ApplyRequest(files: [DocumentFile(name: "e.yaml", text: text)]), by: Self.bob)
        case .oldPolicies:
            let revision = store.state.policies.last?.revision ?? 0
            guard revision > 1 else { return }
            _ = try await controller.rollback(policies: PolicyRollbackRequest(revision: revision - 1), by: Self.bob)
        case .windows(let lines): _ = try await controller.apply(windows: Self.file(windows: lines), by: Self.alice)
        case .enrol(let host): _ = try await controller.enrol(Self.enrolment(of: host), by: Self.alice)
        case .remove(let host):
            guard let path = NodePath(host) else { return }
            _ = try await controller.remove(path, RemoveRequest(uninstall: false, operatorKey: nil), by: Self.bob)
        case .report: _ = try await controller.runReport("r", by: Self.alice)
        case .rollBack:
            guard let id = store.state.remediations.last(where: { $0.endedAt != nil })?.id else { return }
            let plan = try await controller.rollbackPlan(id)
            _ = try await controller.rollBack(RollbackRequest(id: id, digest: plan.digest), by: Self.bob)
        default: break
        }
    }

    private static func enrolment(of host: String) -> EnrolRequest {
        EnrolRequest(
            path: NodePath(host) ?? rack7, address: "127.0.0.1", port: 22, user: "root", labels: rack(of: host),
            hostKeys: ["ssh-ed25519 AAAA"],
            operatorKey: OperatorKey(text: SimulatedConnector.operatorKey, passphrase: ""))
    }

    private var newest: String? { store.state.unfinished.last?.id }

    static func file(windows: [WindowLine]) -> ApplyRequest {
        let text = windows.isEmpty ? "windows: []" : "windows:\n" + windows.map(\.yaml).joined(separator: "\n")
        return ApplyRequest(files: [DocumentFile(name: "w.yaml", text: text)], prune: true)
    }
}

extension Wish {
    fileprivate var rollout: RolloutWish {
        RolloutWish(
            canary: canary, wave: .count(wave), soakSeconds: soakSeconds, maxFailures: .count(maxFailures),
            parallel: parallel, parallelPer: perRack.map { ["rack": $0] })
    }
}
