package fieldmanager_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
)

func TestTool(t *testing.T) {
	for manager, want := range map[string]string{
		"argocd-controller": "Argo CD", "kustomize-controller": "Flux", "helm-controller": "Flux", "helm": "Helm",
		"kubectl-client-side-apply": "", fieldmanager.Ours: "", "": "",
	} {
		require.Equal(t, want, fieldmanager.Tool(manager), manager)
	}
}
