import Foundation
import Glibc
import NestorTestKit

/// Folders that only some processes see mounted for reading only, in a mount namespace of their own.
enum ReadOnlyMount {
    /// Runs a command while a folder is for reading only, as its own processes see it.
    static func run(readOnly folder: String, _ command: [String], input: String = "") throws -> (
        status: Int32, output: String
    ) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        let script = #"mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@""#
        process.arguments =
            (getuid() == 0 ? [] : ["--map-root-user"]) + ["--mount", "/bin/sh", "-c", script, folder] + command
        let (said, told) = (Pipe(), Pipe())
        process.standardInput = said
        process.standardOutput = told
        process.standardError = FileHandle.nullDevice
        try process.run()
        try said.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try said.fileHandleForWriting.close()
        let output = try told.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    /// Whether this user and kernel allow that here.
    static let isPossible: Bool = {
        guard let folder = try? TemporaryFolder() else { return false }
        let tried = try? run(readOnly: folder.path, ["/bin/sh", "-c", "! touch \(folder.path)/file 2>/dev/null"])
        return tried?.status == 0
    }()
}
