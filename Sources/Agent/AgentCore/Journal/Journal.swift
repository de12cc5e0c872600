package import AgentWire
import Glibc
import NestingModel

/// The corrections of this host, one file each. A session and the worker both write it: every change is a read, a
/// decision and a write under one lock, so that neither loses the other's word.
package final class Journal {
    package let folder: StateFolder
    private let lock: FileLock
    private let workLock: FileLock
    private var cache: [String: Cached] = [:]

    private struct Cached {
        var version: FileVersion
        var entry: JournalEntry
    }

    /// How many ended corrections are remembered.
    private let remembered: Int
    private static let fileLimit = 16 << 20

    package init(_ folder: StateFolder, remembered: Int = 200) throws(StateFault) {
        self.folder = folder
        self.remembered = remembered
        try folder.prepare()
        lock = try FileLock(folder.journalLock)
        workLock = try FileLock(folder.workLock)
    }

    /// All that is there now. Damaged files are set aside, and never deleted.
    package func content() throws(StateFault) -> JournalContent {
        lock.lock()
        defer { lock.unlock() }
        return try read()
    }

    /// Decides on the whole journal, and writes what is returned, before anybody else can.
    /// - Returns: the entries that were written.
    @discardableResult
    package func update(
        _ decide: (JournalContent) throws(WireError) -> [JournalEntry]
    ) throws(JournalRefusal) -> [JournalEntry] {
        lock.lock()
        defer { lock.unlock() }
        do {
            let entries = try decide(try read())
            for entry in entries { try save(entry) }
            return entries
        } catch let refusal as WireError {
            throw .refused(refusal)
        } catch let fault as StateFault {
            throw .fault(fault)
        } catch {
            throw .fault(StateFault(.unwritable, "\(error)"))
        }
    }

    /// Becomes the only worker of this host.
    /// - Returns: false where there is one.
    package func takeWork() -> Bool {
        lock.lock()
        defer { lock.unlock() }
        return workLock.tryLock()
    }

    /// Ends being the worker where nothing is left for it: under the journal's lock, so that no entry slips in between.
    package func leaveWork(where isDone: (JournalContent) -> Bool) throws(StateFault) -> Bool {
        lock.lock()
        defer { lock.unlock() }
        guard isDone(try read()) else { return false }
        workLock.unlock()
        return true
    }

    /// Whether nobody works, as far as can be seen.
    package func nobodyWorks() -> Bool {
        lock.lock()
        defer { lock.unlock() }
        guard workLock.tryLock() else { return false }
        workLock.unlock()
        return true
    }

    private func save(_ entry: JournalEntry) throws(StateFault) {
        guard let name = JournalName.file(for: entry.request.id) else {
            throw StateFault(.unwritable, "no file can be named after the correction \(entry.request.id.quoted)")
        }
        let bytes: [UInt8]
        do { bytes = try WireCoding.line(entry) } catch { throw StateFault(.unwritable, "cannot encode: \(error)") }
        try DurableFile.write(bytes, to: "\(folder.corrections)/\(name)")
    }

    private func read() throws(StateFault) -> JournalContent {
        var content = JournalContent()
        var seen: [String: Cached] = [:]
        for name in try fileNames() {
            let path = "\(folder.corrections)/\(name)"
            if name.contains(JournalName.damagedMark) {
                content.damaged.append(.damaged(JournalName.id(of: name), "its journal was damaged: \(path)"))
                continue
            }
            guard let version = FileVersion(of: path) else { continue }
            if let known = cache[name], known.version == version {
                seen[name] = known
                content.entries.append(known.entry)
                continue
            }
            let bytes: [UInt8]
            do { bytes = try DurableFile.read(path, limit: Self.fileLimit) } catch {
                content.damaged.append(.damaged(JournalName.id(of: name), error.sentence))
                continue
            }
            do {
                let entry = try WireCoding.decode(JournalEntry.self, from: bytes)
                guard entry.version <= JournalEntry.currentVersion else {
                    content.damaged.append(
                        .damaged(JournalName.id(of: name), "its journal is of a newer agent: \(path)"))
                    continue
                }
                if version.isSettled { seen[name] = Cached(version: version, entry: entry) }
                content.entries.append(entry)
            } catch {
                content.damaged.append(setAside(name))
            }
        }
        cache = seen
        content.entries.sort { ($0.number, $0.request.id) < ($1.number, $1.request.id) }
        try forgetOldest(&content)
        return content
    }

    private func fileNames() throws(StateFault) -> [String] {
        try DurableFile.names(in: folder.corrections)
            .filter { !$0.hasPrefix(".") && $0.contains(JournalName.suffix) }.sorted()
    }

    /// Where the disk does not let it be set aside, it is damaged all the same, and keeps nobody from the others.
    private func setAside(_ name: String) -> CorrectionRecord {
        let path = "\(folder.corrections)/\(name)"
        var number = 1
        while access("\(path)\(JournalName.damagedMark)-\(number)", F_OK) == 0 { number += 1 }
        let aside = "\(path)\(JournalName.damagedMark)-\(number)"
        guard rename(path, aside) == 0 else {
            let fault = StateFault.errno(.unwritable, "set aside", path)
            return .damaged(JournalName.id(of: name), "its journal is damaged: \(fault.sentence)")
        }
        // Lost to a power cut, the name is set aside again at the next reading.
        try? DurableFile.sync(folder: folder.corrections)
        return .damaged(JournalName.id(of: name), "its journal was damaged: \(aside)")
    }

    private func forgetOldest(_ content: inout JournalContent) throws(StateFault) {
        let ended = content.entries.filter { !$0.needsWork }
        guard ended.count > remembered else { return }
        let old = Set(ended.prefix(ended.count - remembered).map(\.request.id))
        for id in old {
            guard let name = JournalName.file(for: id) else { continue }
            unlink("\(folder.corrections)/\(name)")
            cache[name] = nil
        }
        content.entries.removeAll { old.contains($0.request.id) }
    }
}

/// Why the journal was not changed.
package enum JournalRefusal: Error, Sendable {
    /// The order is not allowed; the sender is told.
    case refused(WireError)
    /// The disk did not take it.
    case fault(StateFault)
}

extension CorrectionRecord {
    fileprivate static func damaged(_ id: String, _ sentence: String) -> CorrectionRecord {
        CorrectionRecord(
            id: id, verb: .unknown, guests: [], phase: .ended, outcome: .failed,
            code: CorrectionCode.journal.rawValue, sentence: sentence,
            remedy: "look whether a guest of this host is off that should run, then remove the file")
    }
}
