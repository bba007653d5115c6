/** The actions that every generated workflow uses, by commit; the one place where their versions stand. */
export const pins = {
  checkout: "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
  uploadArtifact: "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
  /** The action itself, from the checkout. */
  phase: "./",
} as const;
