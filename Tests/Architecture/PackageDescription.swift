import Foundation

/// The package as SwiftPM describes it.
struct PackageDescription: Decodable {
    struct Target: Decodable {
        var name: String
        var path: String
        var type: String
        var dependencies: [String]?
        var sources: [String]

        enum CodingKeys: String, CodingKey {
            case name, path, type, sources
            case dependencies = "target_dependencies"
        }
    }

    var targets: [Target]

    /// The checkout that these tests were built from.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Asks SwiftPM, in a scratch folder of its own: the build's folder is locked while tests run.
    static func load() throws -> PackageDescription {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "nestor-describe-\(UUID())")
        defer { try? FileManager.default.removeItem(at: scratch) }
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", root.path, "--scratch-path", scratch.path, "describe", "--type",
            "json",
        ]
        // Its lock for the scratch folder lies among the temporary files, and would stay there.
        process.environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": scratch.path]) { $1 }
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        // SwiftPM may print a line before the document.
        let start = data.firstIndex(of: UInt8(ascii: "{")) ?? data.startIndex
        return try JSONDecoder().decode(PackageDescription.self, from: data[start...])
    }

    /// The room of a target: the folder below `Sources`.
    func room(of target: Target) -> String? {
        let parts = target.path.split(separator: "/")
        return parts.count >= 3 && parts[0] == "Sources" ? String(parts[1]) : nil
    }
}

/// A Swift file of the checkout.
struct SourceFile {
    var path: String
    var lines: [Substring]

    static func all(under folder: String) throws -> [SourceFile] {
        let base = PackageDescription.root.appending(path: folder)
        let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let text = try String(contentsOf: base.appending(path: path), encoding: .utf8)
            return SourceFile(
                path: "\(folder)/\(path)", lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    /// Names of the modules that it imports.
    var imports: [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place <= 2, words.count > place + 1,
                words[..<place].allSatisfy({ ["package", "public", "internal", "@testable", "private"].contains($0) })
            else { return nil }
            return String(words[words.count - 1])
        }
    }
}
