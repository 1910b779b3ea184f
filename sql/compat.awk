# compat.awk - makes the script of the extension "vector" from that of vecsim: awk -f sql/compat.awk sql/vecsim--X.sql
#
# The same objects, but for the access method: what is said of ivf is said of ivfflat and of hnsw.  Statements are
# paragraphs.  Each method has the operator classes that pgvector's has, and the only default one is ivfflat's for vector.
BEGIN { RS = ""; ORS = "\n\n" }

# Adoption is from pgvector to vecsim.
/vecsim_adopt_pgvector/ { next }

/^-- vecsim--/ { $0 = "-- vector--0.8.6.sql - vecsim under pgvector's name, made by sql/compat.awk." }

/\\echo Use/ { gsub(/CREATE EXTENSION vecsim/, "CREATE EXTENSION vector") }

/ACCESS METHOD ivf[ \n]|ivf_handler|USING ivf[ \n]/ {
	if ($0 !~ /_l1_ops|sparsevec_[a-z0-9]*_ops|bit_jaccard_ops/)
		print as("ivfflat")
	print as("hnsw")
	next
}

{ print }

# The paragraph, of another access method.
function as(method,   text)
{
	text = $0
	gsub(/vecsim_ivf_handler/, "vecsim_" method "_handler", text)
	gsub(/@extschema@\.ivf_handler/, "@extschema@." method "handler", text)
	gsub(/ACCESS METHOD ivf/, "ACCESS METHOD " method, text)
	gsub(/the access method ivf/, "the access method " method ", which is vecsim''s ivf", text)
	gsub(/USING ivf/, "USING " method, text)
	if (method == "hnsw" || text !~ /OPERATOR CLASS @extschema@\.vector_l2_ops/)
		gsub(/\n[ \t]*DEFAULT FOR TYPE/, "\n\tFOR TYPE", text)
	return text
}
