package note

import "github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"

// RolloutAnnotation on a set is the record of a canary, an undo or a restart that
// is not over.
const RolloutAnnotation = annotation.Prefix + "canary"

// ScaleAnnotation on a set is the record of a scale that is not over.
const ScaleAnnotation = annotation.Prefix + "scale"
