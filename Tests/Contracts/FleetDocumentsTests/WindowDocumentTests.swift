import FleetDocuments
import Foundation
import NestingModel
import Testing
import YAMLDocument

@Suite("Window files") struct WindowDocumentTests {
    private func read(_ text: String) throws(YAMLFaults) -> [MaintenanceWindow] {
        try WindowDocument.read([DocumentText(name: "w.yaml", text: text)]) {
            ["Europe/Berlin", "UTC"].contains($0)
        }
    }

    private func faults(_ text: String) -> [String] {
        do throws(YAMLFaults) {
            _ = try read(text)
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    @Test("the example in Config is what the reader takes")
    func example() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Config/windows.yaml")
        let windows = try read(try String(contentsOf: file, encoding: .utf8))
        #expect(windows.map(\.name) == ["weeknights", "year-end"])
        #expect(windows[0].recurrence == .weekly([.mon, .tue, .wed, .thu, .fri]))
        #expect(windows[0].startMinute == 22 * 60 && windows[0].durationSeconds == 14_400)
        let day = try #require(CalendarDay("2027-12-20"))
        #expect(windows[1].blackout && windows[1].recurrence == .dates([day]))
        #expect(windows[0].place == "w.yaml:7")
    }

    @Test("every fault is told at once, with its place and what may be written")
    func allFaults() {
        let found = faults(
            """
            windows:
              - name: a
                select: {}
                time-zone: Europe/Nowhere
                days: [monday]
                dates: [2027-02-29]
                start: 25:00
                duration: 4
              - name: a
                select: {all: true}
                time-zone: UTC
                start: "22:00"
                duration: 8d
                colour: red
              - name: b
                select: {all: true}
                time-zone: UTC
                days: [mon]
                start: "22:00"
                duration: 8d
            """)
        let text = found.joined(separator: "\n")
        for part in [
            "w.yaml:3:", "selects nothing", "w.yaml:4:", "Europe/Berlin, America/New_York", "w.yaml:5:", "mon",
            "w.yaml:6:", "a day of the calendar", "stands beside days", "w.yaml:7:", "a time of day in quotes",
            "w.yaml:8:", "with its unit", "is taken at", "colour", "days is missing", "w.yaml:20:", "at most 7d",
        ] {
            #expect(text.contains(part), "\(part) is not in:\n\(text)")
        }
    }
}
