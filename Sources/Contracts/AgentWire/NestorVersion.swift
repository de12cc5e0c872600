/// The version of all three programs of this build.
package let nestorVersion = "0.1.0"
