import NestingModel

/// The names of users and groups in the tree's own /etc/passwd and /etc/group: a static program can't ask the name
/// service, and a copied tree's names are its own.
enum AccountNames {
    /// The name of the id, or the id itself where the file does not name it, as `ls` shows it.
    static func name(of id: UInt32, in file: String, _ tree: HostTree) -> String {
        let wanted = String(id)
        for line in HostText.lines(tree.text(file).value ?? "") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 2, fields[2] == wanted, let name = HostText.value(fields[0], of: file).value {
                return name
            }
        }
        return wanted
    }
}
