"""The contenders, each behind the same few methods; what one cannot answer, its adapter does not have.

cone(artifact_id)      all that is upstream, with depths and edges
nearest(artifact_id)   the nearest 1,000 of it, with the total
hop(artifact_id)       direct parents and children
get, by_hash, tag      one artifact
register, register_many
"""
