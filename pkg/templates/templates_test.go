package templates_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

func TestLongDesc(t *testing.T) {
	require.Equal(t, "One sentence on two lines.\n\nAnother paragraph: with \"quotes\".", templates.LongDesc(`
		One sentence
		on two lines.

		Another paragraph: with "quotes".`))
	require.Empty(t, templates.LongDesc(""))
}

func TestExamples(t *testing.T) {
	require.Equal(t, "  # Look at a set\n  kubectl sts status web\n  \n  # Look at all\n  kubectl sts status", templates.Examples(`
		# Look at a set
		kubectl sts status web

		# Look at all
		kubectl sts status`))
}
