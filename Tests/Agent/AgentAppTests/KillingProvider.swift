import AgentCore
import AgentWire
import FoundationEssentials
import Glibc
import NestingModel

/// A provider behind a counter that kills this process (SIGKILL) at one of its calls, and notes each effect in a
/// file that outlives it.
final class KillingProvider: GuestProvider {
    private let inner: any GuestProvider
    private let killAt: Int?
    private let effects: String
    private(set) var calls = 0

    init(_ inner: any GuestProvider, killAt: Int?, effects: String) {
        self.inner = inner
        self.killAt = killAt
        self.effects = effects
    }

    private func mark() {
        calls += 1
        if calls == killAt { kill(getpid(), SIGKILL) }
    }

    private func effect(_ name: String, _ body: () throws(ProviderFailure) -> Void) throws(ProviderFailure) {
        mark()
        try body()
        let file = open(effects, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let line = Array("\(name)\n".utf8)
        _ = write(file, line, line.count)
        close(file)
        mark()
    }

    func manager() -> Fact<GuestManagerFacts> { inner.manager() }
    func hostUUID() -> Fact<String> { inner.hostUUID() }
    func guests() -> Fact<[GuestReport]> {
        mark()
        return inner.guests()
    }
    func guest(_ uuid: String) throws(ProviderFailure) -> GuestReport? {
        mark()
        return try inner.guest(uuid)
    }
    func definition(_ uuid: String) throws(ProviderFailure) -> String { try inner.definition(uuid) }
    func applying(_ change: GuestChange, to definition: String) throws(ProviderFailure) -> String {
        try inner.applying(change, to: definition)
    }
    func undoing(_ change: GuestChange, before: String, now: String) throws(ProviderFailure) -> String? {
        try inner.undoing(change, before: before, now: now)
    }
    func define(_ text: String) throws(ProviderFailure) {
        try effect("define") { () throws(ProviderFailure) in try inner.define(text) }
    }
    func liveFault(of change: GuestChange, guest uuid: String) throws(ProviderFailure) -> String? {
        try inner.liveFault(of: change, guest: uuid)
    }
    func requestShutdown(_ uuid: String) throws(ProviderFailure) {
        try effect("shutdown") { () throws(ProviderFailure) in try inner.requestShutdown(uuid) }
    }
    func start(_ uuid: String) throws(ProviderFailure) {
        try effect("start") { () throws(ProviderFailure) in try inner.start(uuid) }
    }
    func cutPower(_ uuid: String) throws(ProviderFailure) {
        try effect("cut") { () throws(ProviderFailure) in try inner.cutPower(uuid) }
    }
    func dropSavedState(_ uuid: String) throws(ProviderFailure) {
        try effect("drop") { () throws(ProviderFailure) in try inner.dropSavedState(uuid) }
    }
}

/// A worker's waiting, with the controller's verdict said as soon as one is waited for.
final class ToldWaiter: Waiter {
    private let watch: FolderWatch
    private let folder: StateFolder
    private let verdict: CorrectionVerdict

    init(_ folder: StateFolder, _ verdict: CorrectionVerdict) {
        watch = FolderWatch(folder.corrections)
        self.folder = folder
        self.verdict = verdict
    }

    func wait(seconds: Double) {
        for entry in (try? Journal(folder).content().entries) ?? [] where entry.isWaiting && entry.verdict == nil {
            _ = try? CorrectionDesk(folder).finish(
                FinishParameters(controller: "c1", epoch: 1, id: entry.request.id, verdict: verdict))
            return
        }
        watch.wait(seconds: seconds)
    }
}
