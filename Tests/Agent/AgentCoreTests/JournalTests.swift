import AgentCore
import AgentWire
import FoundationEssentials
import Glibc
import NestingModel
import Testing

@Suite("The journal")
struct JournalTests {
    @Test("Folders and files are their owner's alone")
    func modes() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        func mode(_ path: String) -> mode_t {
            var facts = stat()
            stat(path, &facts)
            return facts.st_mode & 0o777
        }
        #expect(mode(bench.folder.path) == 0o700)
        #expect(mode(bench.folder.path + "/corrections") == 0o700)
        #expect(mode(bench.folder.path + "/corrections/k1.json") == 0o600)
        #expect(mode(bench.folder.path + "/controller.json") == 0o600)
    }

    @Test(
        "A damaged file is set aside, kept and reported, and the others go on", arguments: ["", "{", "{\"number\":1}"])
    func damaged(content: String) throws {
        let (one, two) = (PretendGuest(1), PretendGuest(2))
        let bench = try Bench(PretendWorld(one, two))
        try bench.order(.set(one), .set(two, id: "k2"))
        try DurableFile.write(Array(content.utf8), to: "\(bench.path)/state/corrections/k1.json")
        try bench.work(saying: .commit)
        let records = try bench.journal.content().records()
        #expect(records.map(\.id) == ["k2", "k1"])
        #expect(records[0].outcome == .committed)
        #expect(records[1].code == CorrectionCode.journal.rawValue)
        let aside = try DurableFile.read("\(bench.path)/state/corrections/k1.json.damaged-1", limit: 100)
        #expect(aside == Array(content.utf8))
        #expect(bench.host.world.count("define guest1") == 0)
    }

    @Test("The same id again is the same correction")
    func sameAgain() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        let request = CorrectionRequest.set(guest)
        try bench.order(request)
        try bench.work(saying: .commit)
        let again = try bench.order(request)
        #expect(again.map(\.outcome) == [.committed])
        try bench.work()
        #expect(bench.host.world.count("define guest1") == 1)
        var other = request
        other.shutdownSeconds = 7
        #expect(throws: WireError.self) { try bench.order(other) }
    }

    @Test("An id decides its own file's name, and nothing outside the folder")
    func names() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest, id: "../../r7/k:1"))
        #expect(bench.record?.id == "../../r7/k:1")
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(bench.path)/state/corrections")
        #expect(names == ["%2e%2e%2f%2e%2e%2fr7%2fk%3a1.json"])
    }

    @Test("Only so many that ended are remembered, and none that is open is forgotten")
    func thinned() throws {
        let guest = PretendGuest(1, .off, exposure: "on")
        let bench = try Bench(PretendWorld(guest))
        let requests = (0..<8).map { CorrectionRequest.set(guest, id: "k\($0)") }
        _ = try bench.desk.accept(CorrectParameters(controller: "c1", epoch: 5, corrections: requests))
        let journal = try Journal(bench.folder, remembered: 3)
        #expect(try journal.content().entries.count == 8)
        try bench.work()
        #expect(try journal.content().entries.map(\.request.id) == ["k5", "k6", "k7"])
    }

    @Test("A file that was written over in its place, and given its old size and time, is read again")
    func writtenOver() throws {
        let guest = PretendGuest(1)
        let bench = try Bench(PretendWorld(guest))
        try bench.order(.set(guest))
        let file = "\(bench.path)/state/corrections/k1.json"
        var before = stat()
        #expect(stat(file, &before) == 0)
        let reader = try Journal(bench.folder)
        #expect(try reader.content().entries.map(\.number) == [1])
        let bytes = try DurableFile.read(file, limit: 1 << 20)
        let other = String(decoding: bytes, as: UTF8.self).replacing("\"number\":1", with: "\"number\":7")
        let handle = open(file, O_WRONLY)
        #expect(write(handle, other, other.utf8.count) == bytes.count)
        close(handle)
        var times = [before.st_atim, before.st_mtim]
        utimensat(AT_FDCWD, file, &times, 0)
        #expect(try reader.content().entries.map(\.number) == [7])
    }

    @Test("One worker works at a time")
    func oneWorker() throws {
        let bench = try Bench(PretendWorld())
        #expect(bench.journal.takeWork())
        let other = try Journal(bench.folder)
        #expect(try Worker(journal: other, guests: bench.host, clock: bench.host, waiter: bench.host).run() == false)
        #expect(try bench.journal.leaveWork { _ in true })
        #expect(try Worker(journal: other, guests: bench.host, clock: bench.host, waiter: bench.host).run())
    }
}
