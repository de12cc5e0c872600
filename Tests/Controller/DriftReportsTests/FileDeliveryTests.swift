import ControllerAPI
import Foundation
import NestorTestKit
import Testing

@testable import DriftReports

@Suite("A report in a folder")
struct FileDeliveryTests {
    private func parcel(_ folder: String, _ format: ReportFormat = .csv, id: String = "d-1") -> ReportParcel {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web")]
        return ReportParcel(
            id: id, run: fleet.run(1).run, format: format, formats: [format],
            place: ReportPlace(file: FilePlace(folder: folder)),
            at: SmallFleet.time(1))
    }

    @Test("is one whole file under a name of its own, which a second attempt replaces")
    func writes() async throws {
        let folder = try TemporaryFolder()
        let parcel = parcel(folder.path)
        for _ in 1...2 { try await DirectCourier().deliver(parcel) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names == ["weekly-20270115T090000Z-1.csv"])
        let written = try Data(contentsOf: URL(filePath: folder(names[0])))
        #expect(Array(written) == ReportRendering.bytes(parcel.run, as: .csv))
        let mode = try FileManager.default.attributesOfItem(atPath: folder(names[0]))[.posixPermissions] as? Int
        #expect(mode == 0o640)
    }

    @Test("is refused where the folder is not there, or is none, and leaves nothing behind")
    func refuses() async throws {
        let folder = try TemporaryFolder()
        let missing = await #expect(throws: DeliveryFailure.self) {
            try await DirectCourier().deliver(parcel(folder("nowhere")))
        }
        #expect(missing?.sentence.contains("is not there") == true)
        try folder.write("", to: "file")
        let none = await #expect(throws: DeliveryFailure.self) {
            try await DirectCourier().deliver(parcel(folder("file")))
        }
        #expect(none?.sentence.contains("is no folder") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }

    @Test("is never written through a link that somebody put in its way")
    func links() async throws {
        let folder = try TemporaryFolder()
        let other = try TemporaryFolder()
        let target = try other.write("precious", to: "target")
        for name in [".nestor-d-1.new", "weekly-20270115T090000Z-1.csv"] {
            try FileManager.default.createSymbolicLink(atPath: folder(name), withDestinationPath: target)
        }
        try await DirectCourier().deliver(parcel(folder.path))
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "precious")
    }

    @Test("comes whole from several recipients that write the same one into the same folder at once")
    func together() async throws {
        let folder = try TemporaryFolder()
        let parcels = (1...40).map { parcel(folder.path, id: "d-\($0)") }
        try await withThrowingTaskGroup { group in
            for parcel in parcels { group.addTask { try await DirectCourier().deliver(parcel) } }
            try await group.waitForAll()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names == ["weekly-20270115T090000Z-1.csv"])
        let written = try Data(contentsOf: URL(filePath: folder(names[0])))
        #expect(Array(written) == ReportRendering.bytes(parcels[0].run, as: .csv))
    }

    @Test("takes away what one that was killed left unfinished, and not what another is writing")
    func leftovers() async throws {
        let folder = try TemporaryFolder()
        try folder.write("half", to: ".nestor-d-0.new")
        let busy = open(try folder.write("half", to: ".nestor-d-2.new"), O_RDWR)
        #expect(flock(busy, LOCK_EX | LOCK_NB) == 0)
        try folder.write("mine", to: ".other.new")
        try await DirectCourier().deliver(parcel(folder.path))
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
        #expect(names == [".nestor-d-2.new", ".other.new", "weekly-20270115T090000Z-1.csv"])
        close(busy)
    }
}
