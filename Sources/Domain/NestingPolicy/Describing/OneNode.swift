import NestingModel

extension PolicySelector {
    /// About one node: by its path, unless that would be a glob about others, too.
    init(aboutOnly node: TreeNode) {
        let isPlain = node.path.names.allSatisfy { name in
            name.unicodeScalars.allSatisfy { $0.isASCII && $0 != "*" } && name.contains { $0 != " " }
        }
        let uuid = node.guest?.uuid ?? node.host?.host.uuid
        if !isPlain, let uuid {
            self.init(uuids: [uuid.lowercased()])
        } else {
            self.init(paths: [node.path.description])
        }
    }

    /// Whether it names one machine, so that it will never be about another one.
    var namesOneNode: Bool {
        paths.isEmpty ? uuids.count == 1 : paths.count == 1 && !paths[0].contains("*")
    }
}

extension NodePath {
    /// For names of policies: letters, digits and dashes alone, whatever the guest is called.
    var plainName: String {
        let plain = description.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": Character(scalar)
            default: "-"
            }
        }
        return String(plain.prefix(100))
    }
}
