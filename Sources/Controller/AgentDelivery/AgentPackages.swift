import AgentWire
import Digests
import FoundationEssentials

/// The agents' files by platform, as they lie beside the controller: `nestor-agent-linux-x86_64`.
package struct AgentPackages: Sendable {
    private let directory: String

    /// - Parameter directory: holds one file for each platform.
    package init(directory: String) {
        self.directory = directory
    }

    /// - Parameter platform: such as `linux-x86_64`.
    package func package(for platform: String) throws(DeliveryFailure) -> AgentPackage {
        guard Self.isPlatformName(platform) else {
            throw DeliveryFailure("platform-unknown", "'\(platform)' is no name of a platform")
        }
        let path = "\(directory)/nestor-agent-\(platform)"
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw DeliveryFailure(
                "agent-file-missing", "there is no agent for '\(platform)' at '\(path)'",
                remedy: "build it there, or name its folder by agents.directory in nestord.yaml")
        }
        return AgentPackage(
            platform: platform, bytes: bytes, sha256: Digest.sha256Hex(of: bytes), version: nestorVersion)
    }
}

extension AgentPackages {
    /// Letters, digits, `_` and `-`: part of a file's name, and said by a machine that nobody trusts yet.
    static func isPlatformName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-".unicodeScalars.contains($0)) }
    }
}

/// One platform's agent.
package struct AgentPackage: Sendable {
    package var platform: String
    package var bytes: [UInt8]
    /// In hex.
    package var sha256: String
    package var version: String
}

/// Why an agent could not be brought to a host. Decide by `code`.
package struct DeliveryFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package var code: String
    package var sentence: String
    package var remedy: String

    package init(_ code: String, _ sentence: String, remedy: String = "") {
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
    }

    package var description: String { remedy.isEmpty ? sentence : "\(sentence); \(remedy)" }
}
