package import NestingModel

/// The first steps of a plan, and how much there is of it all: nobody reads fifty thousand corrections, and to word each
/// takes longer than to tell that there is one.
package struct BoundedPlan: Sendable, Hashable {
    /// With the first ones of its items and blocks.
    package var plan: Plan
    /// Of the whole plan.
    package var items: Int
    package var blocked: Int
}
