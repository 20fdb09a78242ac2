package kube_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// namesPage is one page of a list of names.
func namesPage(next string, names ...string) string {
	items := ""
	for i, name := range names {
		if i > 0 {
			items += ","
		}
		items += `{"metadata":{"name":"` + name + `"}}`
	}
	return `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{"continue":"` + next +
		`"},"items":[` + items + `]}`
}

func TestNamesReadsEveryPage(t *testing.T) {
	server := newServer(t)
	t.Cleanup(server.Close)
	server.on(http.MethodGet, setsPath, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", r.Header.Get("Accept"))
		if r.URL.Query().Get("continue") == "" {
			text(http.StatusOK, namesPage("more", "web", "db"))(w, r)
			return
		}
		text(http.StatusOK, namesPage("", "api"))(w, r)
	})

	names, err := server.client().Names(t.Context(), "tier=data,app in (a,b)")

	require.NoError(t, err)
	require.Equal(t, []string{"api", "db", "web"}, names)
	require.Equal(t, reads(
		"GET "+setsPath+"?continue=more&labelSelector=tier=data,app in (a,b)&limit=500",
		"GET "+setsPath+"?labelSelector=tier=data,app in (a,b)&limit=500",
	), server.requests())
}

func TestNamesThatMayNotBeListed(t *testing.T) {
	server := newServer(t)
	t.Cleanup(server.Close)
	server.on(http.MethodGet, setsPath, forbidden("jo", "list", "statefulsets", "apps"))

	_, err := server.client().Names(t.Context(), "")

	require.EqualError(t, err, `not allowed to list statefulsets.apps in namespace "default": the Role that you use lacks it (user "jo")`)
}
