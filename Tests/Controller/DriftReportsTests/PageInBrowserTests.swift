import ControllerAPI
import Foundation
import NestorTestKit
import Testing

@testable import DriftReports

@Suite(
    "A report's page in a real browser", .enabled(if: Browser.isInstalled, "needs Debian's chromium and poppler-utils"))
struct PageInBrowserTests {
    private func page(_ folder: TemporaryFolder) throws -> String {
        var fleet = SmallFleet()
        fleet.open = [SmallFleet.drift("rack7/web"), SmallFleet.drift("rack9/db", sentence: "it is <b>hidden</b>")]
        let bytes = ReportRendering.bytes(fleet.run(1).run, as: .html)
        return try folder.write(String(decoding: bytes, as: UTF8.self), to: "page.html")
    }

    @Test("is light or dark as its reader's screen is", arguments: [Browser.Scheme.light, .dark])
    func colours(_ scheme: Browser.Scheme) throws {
        let folder = try TemporaryFolder()
        let brightness = try Browser(folder).brightness(of: try page(folder), scheme)
        #expect(scheme == .light ? brightness > 0.8 : brightness < 0.3, "\(brightness)")
    }

    @Test("prints light, with all that it says, from a dark screen too")
    func prints() throws {
        let folder = try TemporaryFolder()
        let (text, brightness) = try Browser(folder).printed(try page(folder), .dark)
        #expect(brightness > 0.8, "\(brightness)")
        for words in ["Drift report weekly", "rack7/web", "build-l1", "inner", "it is <b>hidden</b>", "expose it"] {
            #expect(text.contains(words), "'\(words)' is not in\n\(text)")
        }
    }
}

/// Debian's Chromium without a screen, in a folder of the test's own.
struct Browser {
    enum Scheme: Int, Sendable { case dark, light }

    static let isInstalled = ["/usr/bin/chromium", "/usr/bin/pdftotext", "/usr/bin/pdftoppm"]
        .allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

    private let folder: TemporaryFolder

    init(_ folder: TemporaryFolder) { self.folder = folder }

    /// How bright the first screen is on the whole: 0 is black, 1 is white.
    func brightness(of page: String, _ scheme: Scheme) throws -> Double {
        let picture = folder("page.png")
        try browse(page, scheme, "--window-size=1000,800", "--screenshot=\(picture)")
        return try #require(Double(try run("/usr/bin/python3", ["-c", Self.measure, picture])))
    }

    /// What is on paper, as text, and how bright its first sheet is.
    func printed(_ page: String, _ scheme: Scheme) throws -> (text: String, brightness: Double) {
        let sheets = folder("page.pdf")
        try browse(page, scheme, "--print-to-pdf=\(sheets)")
        // Read line by line: columns would tear cells that wrap apart.
        let text = try run("/usr/bin/pdftotext", ["-raw", sheets, "-"])
        try run("/usr/bin/pdftoppm", ["-r", "30", "-f", "1", "-l", "1", "-singlefile", sheets, folder("sheet")])
        let points = try Data(contentsOf: URL(fileURLWithPath: folder("sheet.ppm"))).dropFirst(15)
        return (text, Double(points.reduce(0) { $0 + Int($1) }) / Double(points.count) / 255)
    }

    private func browse(_ page: String, _ scheme: Scheme, _ words: String...) throws {
        try run(
            "/usr/bin/chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder("profile"))",
                "--blink-settings=preferredColorScheme=\(scheme.rawValue)",
            ] + words + ["file://\(page)"])
    }

    @discardableResult
    private func run(_ program: String, _ words: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = words
        process.environment = ["HOME": folder.path, "PATH": "/usr/bin:/bin", "TMPDIR": folder.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) ended with \(process.terminationStatus)")
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The mean of a PNG's points, with nothing but Python's own library.
    private static let measure = """
        import struct, sys, zlib
        data, place, body = open(sys.argv[1], "rb").read(), 8, b""
        while place < len(data):
            size, kind = struct.unpack(">I4s", data[place:place + 8])
            if kind == b"IHDR": width, height, _, colour = struct.unpack(">IIBB", data[place + 8:place + 18])
            if kind == b"IDAT": body += data[place + 8:place + 8 + size]
            place += size + 12
        step = {2: 3, 6: 4}[colour]
        rows, last, total = zlib.decompress(body), bytearray(width * step), 0
        for y in range(height):
            kind, row = rows[y * (width * step + 1)], bytearray(rows[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
            for x in range(len(row)):
                a, b, c = row[x - step] if x >= step else 0, last[x], last[x - step] if x >= step else 0
                near = min((a, b, c), key=lambda v: abs(a + b - c - v))
                row[x] = (row[x] + (0, a, b, (a + b) // 2, near)[kind]) % 256
            total, last = total + sum(sum(row[i::step]) for i in range(3)), row
        print(total / (width * height * 3) / 255)
        """
}
