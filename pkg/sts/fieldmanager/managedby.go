package fieldmanager

// tools are those that manage objects, by the names under which they write.
var tools = map[string]string{
	"argocd-controller": "Argo CD", "argocd-application-controller": "Argo CD",
	"kustomize-controller": "Flux", "helm-controller": "Flux", "helm": "Helm",
}

// Tool is the tool that writes under this name, "" for a person or a program that nobody
// here knows.
func Tool(manager string) string { return tools[manager] }
