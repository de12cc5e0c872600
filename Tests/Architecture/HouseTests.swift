import Foundation
import Testing

@Suite("The house is kept")
struct HouseTests {
    @Test("no file is over 500 lines, and half of them are under 120")
    func sizes() throws {
        let files = try SourceFile.all(under: "Sources") + SourceFile.all(under: "Tests")
        for file in files {
            #expect(file.lines.count <= 501, "\(file.path) has \(file.lines.count) lines")
        }
        let counts = try SourceFile.all(under: "Sources").map(\.lines.count).sorted()
        #expect(counts[counts.count / 2] < 120)
    }

    @Test("the top level holds what its owner fixed, and nothing else")
    func topLevel() throws {
        let allowed: Set<String> = ["Package.swift", "Sources", "Tests", "Config", "Deploy", "README.md"]
        let found = try FileManager.default.contentsOfDirectory(atPath: PackageDescription.root.path)
        #expect(found.filter { !$0.hasPrefix(".") && !allowed.contains($0) } == [])
    }

    @Test("the README's table of rooms names every target, and no other")
    func tableOfRooms() throws {
        let readme = try String(contentsOf: PackageDescription.root.appending(path: "README.md"), encoding: .utf8)
        let rooms = readme.split(separator: "\n").filter { $0.hasPrefix("| `Sources/") }.joined()
        let named = Set(rooms.split(separator: "`").map(String.init).filter { !$0.contains(" ") && !$0.contains("/") })
        let package = try PackageDescription.load()
        let targets = Set(package.targets.filter { $0.path.hasPrefix("Sources/") }.map(\.name))
        #expect(targets.subtracting(named) == [], "missing from README.md")
        #expect(named.subtracting(targets) == [], "in README.md, and no target")
    }

    @Test("nothing in Sources can end the daemon on purpose, and what is unchecked has its reason in writing")
    func noTraps() throws {
        for file in try SourceFile.all(under: "Sources") {
            for (number, line) in file.lines.enumerated() {
                for word in ["fatalError(", "try!", "as! "] {
                    #expect(!line.contains(word), "\(file.path):\(number + 1)")
                }
                let unchecked = ["@unchecked Sendable", "nonisolated(unsafe)"].contains { line.contains($0) }
                if unchecked && !line.contains("//") {
                    let above = number > 0 ? file.lines[number - 1] : ""
                    #expect(above.contains("//"), "\(file.path):\(number + 1) gives no reason")
                }
            }
        }
    }
}
