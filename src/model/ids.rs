//! Positions in the model's tables: ids of different things are different types.

/// Defines an id as a position in one of the model's tables.
macro_rules! id {
    ($(#[$doc:meta] $name:ident($repr:ty);)+) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $repr);

        impl $name {
            /// The id of the thing at `index`.
            ///
            /// # Panics
            /// If the table is larger than ids reach, which lowering a scenario rules out.
            pub fn from_index(index: usize) -> Self {
                Self(<$repr>::try_from(index).expect("tables are bounded when a scenario is read"))
            }

            /// Its position.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

id! {
    /// A class of messages.
    ClassId(u16);
    /// A source of messages.
    SourceId(u16);
    /// A service.
    ServiceId(u16);
    /// An operation of a service, or of a source's client.
    OperationId(u16);
    /// A place that messages are called or handed to from.
    SiteId(u16);
    /// A group of carriers.
    GroupId(u16);
    /// A service or a group of carriers: wherever a message may wait.
    StationId(u32);
}
