import AgentCore
import AgentWire
import FoundationEssentials
import Glibc
import NestingModel
import Testing

/// A journal in a folder of its own, a pretended hypervisor, and the controller `c1` at its epoch 5.
final class Bench {
    let path: String
    let folder: StateFolder
    let journal: Journal
    let host: PretendHypervisor

    init(_ world: PretendWorld) throws {
        // In memory where there is such a place: these tests write to disk, durably, thousands of times.
        let base = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(base)/nestor-agent-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw StateFault(.unwritable, "no folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        folder = StateFolder(path + "/state")
        journal = try Journal(folder)
        try folder.store(Enrolment(controller: "c1", epoch: 5))
        host = PretendHypervisor(world)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var desk: CorrectionDesk { CorrectionDesk(folder) }

    @discardableResult
    func order(_ requests: CorrectionRequest..., epoch: Int = 5, controller: String = "c1") throws -> [CorrectionRecord]
    {
        try desk.accept(CorrectParameters(controller: controller, epoch: epoch, corrections: requests)).records
    }

    func finish(_ id: String, _ verdict: CorrectionVerdict) {
        _ = try? desk.finish(FinishParameters(controller: "c1", epoch: 5, id: id, verdict: verdict))
    }

    /// Works until nothing is open, saying `verdict` as soon as one is waited for.
    @discardableResult
    func work(
        saying verdict: CorrectionVerdict? = nil, until: Worker.Until = .idle, meanwhile: @escaping () -> Void = {}
    ) throws -> CorrectionRecord {
        host.meanwhile = { [unowned self] _ in
            meanwhile()
            guard let verdict, let content = try? journal.content() else { return }
            for entry in content.entries where entry.isWaiting && entry.verdict == nil {
                finish(entry.request.id, verdict)
            }
        }
        let other = try Journal(folder)
        try Worker(journal: other, guests: host, clock: host, waiter: host).run(until: until)
        return try #require(try journal.content().records().last)
    }

    /// As on a full disk, a correction's file can't be written: a folder stands where it would be written first.
    var isDiskFull = false {
        didSet {
            for id in ["k1", "d1"] {
                let place = "\(folder.corrections)/.\(id).json.new"
                if isDiskFull { mkdir(place, 0o700) } else { rmdir(place) }
            }
        }
    }

    var phase: CorrectionPhase? { record?.phase }
    var record: CorrectionRecord? { try? journal.content().records().last }
    var trail: [CorrectionPhase] { (try? journal.content().entries.last?.trail.map(\.phase)) ?? [] }
}

extension CorrectionRequest {
    /// `guest.set` for a pretended guest as it is now.
    static func set(
        _ guest: PretendGuest, id: String = "k1", exposure: Bool = true,
        consent: CorrectionConsent = CorrectionConsent(),
        shutdown: Int = 60, hold: Int = 300
    ) -> CorrectionRequest {
        CorrectionRequest(
            id: id, verb: .setGuest, guest: guest.uuid, change: GuestChange(exposure: exposure),
            definitionDigest: guest.digest, consent: consent, shutdownSeconds: shutdown, startSeconds: 60,
            holdSeconds: hold)
    }

    static func drain(
        _ guests: [String] = [], id: String = "d1", consent: CorrectionConsent = CorrectionConsent(), hold: Int = 600
    ) -> CorrectionRequest {
        CorrectionRequest(
            id: id, verb: .drainGuests, guests: guests, consent: consent, shutdownSeconds: 60, startSeconds: 60,
            holdSeconds: hold)
    }
}
