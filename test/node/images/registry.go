package images

import (
	"fmt"
	"net/http"
	"os"
	"strings"
)

// Registry serves the images of a store, for reading. A name or tag that there
// is not is answered as a registry answers it, so that a pull really fails.
//
// It stands for every registry: the runtime asks it for library/redis where a
// manifest says redis.
func (s Store) Registry() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		path := strings.TrimPrefix(r.URL.Path, "/v2/")
		if path == "" {
			return
		}
		if name, tag, ok := strings.Cut(path, "/manifests/"); ok {
			s.serveManifest(w, r, strings.TrimPrefix(name, "library/"), tag)
			return
		}
		if _, digest, ok := strings.Cut(path, "/blobs/"); ok && isDigest(digest) {
			s.serveBlob(w, r, digest, "application/octet-stream")
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
}

func (s Store) serveManifest(w http.ResponseWriter, r *http.Request, name, tag string) {
	digest := tag
	if !isDigest(tag) {
		var err error
		if digest, err = s.digest(name, tag); err != nil {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}`)
			return
		}
	}
	s.serveBlob(w, r, digest, manifestType)
}

func (s Store) serveBlob(w http.ResponseWriter, r *http.Request, digest, mediaType string) {
	if _, err := os.Stat(s.blob(digest)); err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Docker-Content-Digest", digest)
	http.ServeFile(w, r, s.blob(digest))
}

func isDigest(s string) bool {
	hex, ok := strings.CutPrefix(s, "sha256:")
	return ok && len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == ""
}
