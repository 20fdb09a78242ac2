package note

// OwnAnnotations is how the plugin's own annotations begin.
const OwnAnnotations = "kubectl-sts.github.io/"

// RolloutAnnotation on a set is the record of a canary, an undo or a restart that
// is not over.
const RolloutAnnotation = OwnAnnotations + "canary"

// ScaleAnnotation on a set is the record of a scale that is not over.
const ScaleAnnotation = "kubectl-sts.github.io/scale"
